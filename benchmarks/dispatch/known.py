"""Published instances and the best anybody has found for them (instances/SOURCES.txt)."""

from pathlib import Path

import numpy as np

from dispatch.engine.packing import Packing

HERE = Path(__file__).parent / "instances"
PACKINGS = {
    "a05100": 1698,
    "a10100": 1360,
    "a20100": 1158,
    "b05100": 1843,
    "b10100": 1407,
    "b20100": 1166,
    "c05100": 1931,
    "c10100": 1402,
    "c20100": 1243,
    "d05100": 6353,
    "d10100": 6347,
    "d20100": 6185,
}
SHOPS = {
    "mk01": 40,
    "mk02": 26,
    "mk03": 204,
    "mk04": 60,
    "mk05": 172,
    "mk06": 57,
    "mk07": 139,
    "mk08": 523,
    "mk09": 307,
    "mk10": 193,
}


def packing(name):
    numbers = np.array((HERE / f"{name}.txt").read_text().split(), dtype=np.int64)
    people, tasks = numbers[:2].tolist()
    cost, minutes, room = np.split(numbers[2:], [people * tasks, 2 * people * tasks])
    shape = (people, tasks)
    return Packing(cost.reshape(shape), minutes.reshape(shape), room, np.ones(shape, dtype=np.bool_))


def shop(name):
    """Jobs of operations, each a dict of minutes by who could do it."""
    lines = [[int(word) for word in line.split()] for line in (HERE / f"{name}.fjs").read_text().splitlines()]
    return [_operations(line[1:]) for line in lines[1:] if line]


def _operations(numbers):
    found = []
    while numbers:
        end = 1 + 2 * numbers[0]
        found.append(dict(zip(numbers[1:end:2], numbers[2:end:2], strict=True)))
        numbers = numbers[end:]
    return found
