/** Stylesheets are imported for the bundle, which has them in a file of their own. */
declare module '*.css'
