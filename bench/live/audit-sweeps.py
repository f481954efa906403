"""The sweeps of examples/flights with numpy on every core: the peer's side of `bench audit`.

Argument: a folder with settings.json and the columns of the flights, each in a file by its name, in order of time. Answers each line of its
input with a line of JSON: what the sweeps took, and their points. What counts is all from columns in memory to intervals:

- landings are sorted once by airport and time, and sums of delays, late ones and rows run over them; a window is two `searchsorted` and a
  difference, asked in the order of airport and time so that the searches stay in cache;
- only rows that are looked at are computed: those that a model is fitted on, those that thresholds are set on, those that are judged;
- a logistic regression is fitted by Newton's method on the same rows and the same standardised columns, with the same ridge;
- scores stay log odds, which rank as probabilities do;
- intervals are of a bootstrap over destinations x days: a level is its sums by cell, so that 1,000 draws are two products of matrices.
"""

import json
import multiprocessing
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

MINUTE, HOUR, DAY, WEEK = 60_000, 3_600_000, 86_400_000, 604_800_000
LATE = 15
MODES = ("withoutRetraining", "withoutRetrainingAtVolume", "withRetraining")
NUMBERS = tuple(f"{end}.{name}" for end in ("there", "here") for name in ("delay", "late", "landed"))

folder = Path(sys.argv[1])
settings = json.loads((folder / "settings.json").read_text())


def column(name, dtype):
    return np.fromfile(folder / name, dtype=dtype)


class Airports:
    """Landings by airport and time, with running sums."""

    def __init__(self, airport, at, delay):
        # Windows are asked for that begin and end up to a day and some beyond.
        self.first = at.min() - 2 * DAY
        self.span = at.max() + 3 * DAY - self.first
        key = self.keys(airport, at)
        order = np.argsort(key, kind="stable")
        self.key = key[order]
        delay = delay[order]
        self.delays = np.concatenate(([0], np.cumsum(delay)))
        self.lates = np.concatenate(([0], np.cumsum(delay > LATE)))

    def keys(self, airport, at):
        return airport.astype(np.int64) * self.span + np.clip(at - self.first, 0, self.span - 1)

    def window(self, airport, start, end):
        """Of landings within [start, end], both inclusive: their mean delay and the part that was late, 0 without one, and how many."""
        low = np.searchsorted(self.key, self.keys(airport, start), "left")
        high = np.maximum(np.searchsorted(self.key, self.keys(airport, end), "right"), low)
        count = high - low
        some = np.maximum(count, 1)
        return (self.delays[high] - self.delays[low]) / some, (self.lates[high] - self.lates[low]) / some, count


class Side:
    """The rows in the order of one of their airports and time."""

    def __init__(self, airport):
        self.order = np.argsort(airport, kind="stable")
        self.airport = airport[self.order]

    def window(self, airports, start, end):
        for values in airports.window(self.airport, start[self.order], end[self.order]):
            out = np.empty(len(values))
            out[self.order] = values
            yield out


def outcomes(flight, landed_flight, landed_at, delay):
    """When each flight landed late; NaN for one that did not, as far as is known."""
    order = np.argsort(landed_flight, kind="stable")
    ids = landed_flight[order]
    place = np.minimum(np.searchsorted(ids, flight), len(ids) - 1)
    landing = order[place]
    return np.where((ids[place] == flight) & (delay[landing] > LATE), landed_at[landing], np.nan)


def threshold(score, may):
    """The lowest at which at most so many act, where equal scores are not parted."""
    rejected = len(score) - may - 1
    parted = np.partition(score, rejected)
    above = parted[rejected + 1 :]
    above = above[above > parted[rejected]]
    return above.min() if len(above) else np.inf


def auc(score, label):
    negative, positive = np.sort(score[~label]), np.sort(score[label])
    below = np.searchsorted(negative, positive, "left").sum() + np.searchsorted(negative, positive, "right").sum()
    return below / 2 / len(negative) / len(positive)


def logistic(columns, labels, ridge=1.0):
    """Weights and intercept that minimise the loss over standardised columns; one that does not vary has the weight 0."""
    mean, scale = columns.mean(0), columns.std(0)
    varies = np.ptp(columns, axis=0) > 0
    x = np.column_stack((np.ones(len(columns)), (columns[:, varies] - mean[varies]) / scale[varies]))
    penalty = np.full(x.shape[1], ridge)
    penalty[0] = 0
    beta = np.zeros(x.shape[1])
    beta[0] = np.log(labels.mean() / (1 - labels.mean()))

    def loss(z, beta):
        return np.logaddexp(0, z).sum() - z @ labels + penalty @ beta**2 / 2

    z = x @ beta
    before = loss(z, beta)
    for _ in range(100):
        p = 1 / (1 + np.exp(-z))
        hessian = (x.T * (p * (1 - p))) @ x
        hessian[np.diag_indices_from(hessian)] += penalty
        change = np.linalg.solve(hessian, x.T @ (labels - p) - penalty * beta)
        part = 1.0
        while True:
            moved = beta + part * change
            z = x @ moved
            after = loss(z, moved)
            if after <= before + 1e-12 * abs(before) or part < 1e-9:
                break
            part /= 2
        done = np.all(np.abs(moved - beta) <= 1e-10 * np.maximum(1, np.abs(moved)))
        beta, before = moved, after
        if done:
            break
    weights = np.zeros(columns.shape[1])
    weights[varies] = beta[1:] / scale[varies]
    return beta[0] - weights @ mean, weights


class Sweeps:
    """All that levels share. Rows are those of `learnt`, then those of `tune`, then those of `test`."""

    def __init__(self, flights, landings):
        tune, test = settings["tune"], settings["test"]
        learnt = column("learnt", "<u4")
        rows = np.concatenate((learnt, np.arange(tune["from"], tune["to"]), np.arange(test["from"], test["to"])))
        self.learnt = slice(0, len(learnt))
        self.tune = slice(len(learnt), len(learnt) + tune["to"] - tune["from"])
        self.test = slice(self.tune.stop, len(rows))
        self.t = flights["time"][rows]
        origin, destination = flights["origin"][rows], flights["destination"][rows]
        self.hour = flights["hour"][rows]
        self.distance = flights["distance"][rows].astype(float)
        with ThreadPoolExecutor(2) as threads:
            sides = threads.map(Side, (destination, origin))
            self.airports = Airports(landings["destination"], landings["time"], landings["delay"])
            self.landed_late = outcomes(flights["flight"][rows], landings["flight"], landings["time"], landings["delay"])
            self.sides = tuple(sides)
        self.late = ~np.isnan(self.landed_late)
        t = self.t[self.test]
        self.week = len(t) / (t[-1] - t[0]) * WEEK
        self.cells(destination[self.test], t)
        self.base = self.features(*self.moments({"kind": "now"}, "group"))
        self.frozen = self.frozen_score(self.base)
        self.refit = self.refit_score(self.base)
        scored = self.frozen[self.tune]
        self.may = int(0.1 * len(scored) + 1e-9)
        self.fixed = threshold(scored, self.may)
        self.acts = int((scored >= self.fixed).sum())
        self.now = {mode: self.caught(score, mode, self.t) for mode, score in self.scores(self.frozen, self.refit)}
        self.aucs = self.ranked(self.frozen, self.refit)

    def cells(self, destination, t):
        """Clusters of the bootstrap, and how much each counts in each draw."""
        airports, airport = np.unique(destination, return_inverse=True)
        day = t // DAY - t[0] // DAY
        self.shape = (len(airports), int(day[-1]) + 1)
        self.cell = airport * self.shape[1] + day
        counts = np.bincount(self.cell, minlength=np.prod(self.shape)).reshape(self.shape).astype(float)
        draw = np.random.default_rng(settings["seed"])
        draws = settings["draws"]
        self.by_airport, self.by_day = (draw.multinomial(size, np.full(size, 1 / size), draws).astype(float) for size in self.shape)
        self.drawn = self.weighted(counts)

    def weighted(self, sums):
        """Of sums by cell the total in each draw."""
        return np.einsum("ij,ij->i", self.by_airport @ sums, self.by_day)

    def moments(self, setting, element):
        """Of each row: the clock of its windows, up to when landings are known, and when its score is there."""
        t, kind = self.t, setting["kind"]
        if element == "ingestion":
            made = nightly(t) + setting["lasts"] if kind == "batch" else t + setting["by"]
            return made, t, made
        if element == "inference":
            made = -(-t // setting["every"]) * setting["every"]
            return made, made, made
        if kind == "now":
            return t, t, t
        clock = last_nightly(t - setting["lasts"]) if kind == "batch" else t - setting["by"]
        return clock, clock, t

    def features(self, clock, known, _):
        start = (clock - HOUR) // MINUTE * MINUTE
        end = np.minimum(clock, known)
        return [values for side in self.sides for values in side.window(self.airports, start, end)]

    def frozen_score(self, features):
        weights = settings["coefficients"]["weights"]
        score = np.full(len(self.t), settings["coefficients"]["intercept"])
        for name, values in zip(NUMBERS, features):
            score += weights[name]["weight"] * values
        levels = weights["hour"]["levels"]
        score += weights["distance"]["weight"] * self.distance
        return score + np.array([levels[str(hour)] for hour in range(24)])[self.hour]

    def refit_score(self, features):
        rows = self.learnt
        hours = (self.hour[rows, None] == np.arange(24)).astype(float)
        columns = np.column_stack([values[rows] for values in features] + [self.distance[rows], hours])
        intercept, weights = logistic(columns, self.late[rows].astype(float))
        score = intercept + weights[len(features)] * self.distance + weights[-24:][self.hour]
        for weight, values in zip(weights, features):
            score += weight * values
        return score

    def scores(self, frozen, refit):
        return zip(MODES, (frozen, frozen, refit))

    def ranked(self, frozen, refit):
        late = self.late[self.test]
        return [auc(score[self.test], late) for score in (frozen, refit)]

    def caught(self, score, mode, acted):
        """Of each row that is judged whether it was late, and warned of before it landed."""
        at = self.fixed if mode == "withoutRetraining" else threshold(score[self.tune], self.acts)
        return (score[self.test] >= at) & (acted[self.test] <= self.landed_late[self.test])

    def level(self, asked):
        element, setting = asked["element"], asked["setting"]
        if element == "action":
            acted = midnight(self.t) if setting["kind"] == "digest" else self.t + setting["by"]
            frozen, refit, aucs = self.frozen, self.refit, self.aucs
        else:
            moments = self.moments(setting, element)
            features, acted = self.features(*moments), moments[2]
            frozen, refit = self.frozen_score(features), self.refit_score(features)
            aucs = self.ranked(frozen, refit)
        found = []
        for (mode, score), area in zip(self.scores(frozen, refit), (aucs[0], aucs[0], aucs[1])):
            difference = self.caught(score, mode, acted).astype(np.int8) - self.now[mode]
            differs = np.flatnonzero(difference)
            sums = np.bincount(self.cell[differs], difference[differs], minlength=np.prod(self.shape)).reshape(self.shape)
            found.append((difference.sum(dtype=np.int64) / len(difference) * self.week, self.weighted(sums) / self.drawn * self.week, area))
        return found


def nightly(at):
    """The first 02:00 UTC at or after a moment."""
    return -(-(at - 2 * HOUR) // DAY) * DAY + 2 * HOUR


def last_nightly(at):
    return (at - 2 * HOUR) // DAY * DAY + 2 * HOUR


def midnight(at):
    return -(-at // DAY) * DAY


def with_intervals(found):
    """Of one sweep in one mode: intervals that hold for all of its levels together, by the largest studentised error of each draw."""
    value, draws, area = (np.array(part) for part in zip(*found))
    error = draws.std(1)
    scaled = np.abs(draws - value[:, None]) / np.where(error > 0, error, 1)[:, None]
    reach = np.quantile(scaled.max(0), 0.95) * error
    return [
        {"perWeek": v, "low": v - r, "high": v + r, "auc": a} for v, r, a in zip(value.tolist(), reach.tolist(), area.tolist())
    ]


sweeps = None


def level(asked):
    return sweeps.level(asked)


def sweeps_of(flights, landings):
    global sweeps
    sweeps = Sweeps(flights, landings)
    asked = settings["levels"]
    # Children see what was made so far without a copy.
    with multiprocessing.get_context("fork").Pool(settings["processes"]) as pool:
        found = pool.map(level, asked, chunksize=1)
    points = [dict() for _ in asked]
    for element in dict.fromkeys(one["element"] for one in asked):
        places = [i for i, one in enumerate(asked) if one["element"] == element]
        for i, mode in enumerate(MODES):
            for place, point in zip(places, with_intervals([found[place][i] for place in places])):
                points[place][mode] = point
    return points


def cpu():
    return sum(use.ru_utime + use.ru_stime for use in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def main():
    flights = {name: column(f"departures.{name}", "<f8").astype(np.int64) for name in ("time", "flight", "hour", "distance")}
    flights |= {name: column(f"departures.{name}", "<i4") for name in ("origin", "destination")}
    landings = {name: column(f"landings.{name}", "<f8").astype(np.int64) for name in ("time", "flight", "delay")}
    landings["destination"] = column("landings.destination", "<i4")
    print(json.dumps({"ready": True}), flush=True)
    for _ in sys.stdin:
        begun, used = time.perf_counter(), cpu()
        points = sweeps_of(flights, landings)
        took = {"seconds": time.perf_counter() - begun, "cpuSeconds": cpu() - used}
        peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        print(json.dumps({**took, "peakMb": peak / 1024, "points": points}), flush=True)


if __name__ == "__main__":
    main()
