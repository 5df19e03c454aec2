"""When things happen in the sample: busy hours, holidays; times are seconds since 1970 in China time."""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt

from pipeline.demo.plan import Plan

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
NEVER = -1  # a time that did not come
DAY = 86_400
HOUR = 3_600
_EPOCH = dt.datetime(1970, 1, 1)

# relative load of each hour: a small night, peaks before noon, in the afternoon and in the evening
_MORNING = (2.0, 1.1, 0.7, 0.4, 0.3, 0.4, 0.9, 2.0, 4.2, 6.0, 7.4, 6.6)
_AFTERNOON = (5.2, 5.6, 6.4, 6.2, 5.8, 5.0, 4.8, 6.4, 7.6, 7.8, 6.0, 3.6)
_HOURS = np.array([*_MORNING, *_AFTERNOON])


def seconds(moment: dt.datetime) -> int:
    """A naive China time as seconds since 1970."""
    return int((moment - _EPOCH).total_seconds())


def moment(value: int) -> dt.datetime:
    """The naive China time of a number of seconds."""
    return _EPOCH + dt.timedelta(seconds=int(value))


def day_load(day: dt.date) -> float:
    """How busy a day is: weekends a little, National Day and the ninth of September much."""
    load = 1.15 if day.weekday() >= 5 else 1.0
    if day.month == 10 and day.day <= 8:
        load *= 1.5
    elif (day.month, day.day) in ((9, 9), (11, 11), (6, 18)):
        load *= 1.6
    return load


def busy_times(plan: Plan, count: int, rng: np.random.Generator, *, quiet_last_seconds: int = 0) -> Ints:
    """So many times, sorted, spread over the days and hours by their load."""
    loads = np.array([day_load(plan.first_day + dt.timedelta(days=number)) for number in range(plan.days)])
    days = rng.choice(plan.days, size=count, p=loads / loads.sum())
    hours = rng.choice(24, size=count, p=_HOURS / _HOURS.sum())
    times = seconds(plan.start) + days * DAY + hours * HOUR + rng.integers(0, HOUR, count)
    last = seconds(plan.end) - quiet_last_seconds
    times = np.where(times >= last, times - quiet_last_seconds - 2 * HOUR, times)
    return np.sort(times).astype(np.int64)
