"""The outside world, on loopback."""


class Sinks:
    pass
