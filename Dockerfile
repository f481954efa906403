# Spillway's command line, for a pipeline that is copied in or mounted: docs/guides/container.md. Debian and not Alpine, since DuckDB's library needs glibc.

# The package, as `npm pack` makes it.
FROM node:24-slim AS package
WORKDIR /package
# Libraries for graphics cards, hundreds of megabytes, which only tests would have.
ENV ONNXRUNTIME_NODE_INSTALL=skip
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json LICENSE README.md CHANGELOG.md ARCHITECTURE.md CONTRIBUTING.md ./
COPY scripts/setup.mjs scripts/
COPY src src
COPY examples examples
COPY docs docs
RUN npm pack && mv spillway-*.tgz spillway.tgz

# The package, installed with what it needs and nothing that it is built with.
FROM node:24-slim AS app
WORKDIR /app
COPY --from=package /package/spillway.tgz ./
RUN npm init -y && npm pkg set type=module && npm install --omit=dev ./spillway.tgz && rm spillway.tgz

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=app /app ./
# A volume that is made here belongs to who may write to it.
RUN mkdir /data && chown node:node /data
VOLUME /data
USER node
EXPOSE 7070
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 CMD ["node", "-e", "fetch('http://127.0.0.1:7070/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "node_modules/spillway/dist/cli/bin.js"]
CMD ["run", "pipeline.ts", "--data", "/data", "--listen", "0.0.0.0:7070"]
