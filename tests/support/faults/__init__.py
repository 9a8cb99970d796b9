"""Breaks the running product in plain processes, and asks afterwards whether a promise broke with it.

`floor` makes two organizations to work in, `clients` drive the real API and write down what they were promised,
`nemesis` kills, freezes and empties what it meets, `checker` compares the history with the database and the sinks.
See docs/reliability.md.
"""
