"""Compares what people's pages know from their sockets with what the ledger says."""

from collections import Counter

from tests.support.faults.watching import newest, unread


class Frames:
    """When all is quiet nobody is wrong, and nobody ever heard what is not so, or an older version after a newer."""

    def __init__(self, look, watchers):
        self.look, self.watchers = look, watchers

    def findings(self):
        checks = (self.lost, self.unread, self.phantom, self.backwards)
        return [f"{check.__name__}: {found}" for check in checks for found in check()]

    def figures(self):
        heard = sum((Counter(watcher.heard) for watcher in self.watchers), Counter())
        return {
            "frames": len([frame for watcher in self.watchers for frame in watcher.frames]),
            "frames again": sum(watcher.again for watcher in self.watchers),
            "resumes": heard["resumed"],
            "resyncs": heard["resync"],
        }

    def lost(self):
        """What somebody knows at the end is what a fresh look tells."""
        truth = {house: newest(self.look, house) for house in {watcher.house for watcher in self.watchers}}
        for number, watcher in enumerate(self.watchers):
            for thing, version in truth[watcher.house].items():
                known = watcher.versions.get(thing, 0)
                if known != version:
                    yield f"watcher {number} of {watcher.house} knows version {known} of {thing}, which has {version}"

    def unread(self):
        """The number beside the bell is that of the inbox."""
        counts = unread(self.look)
        for number, watcher in enumerate(self.watchers):
            if watcher.unread != counts.get(watcher.member, 0):
                yield (
                    f"watcher {number} of {watcher.house} counts {watcher.unread} unread,"
                    f" and there are {counts.get(watcher.member, 0)}"
                )

    def phantom(self):
        """Each frame names an event of the organization, under the position that it has there."""
        happened = set(
            self.look.rows(
                "SELECT o.slug, e.subject_id::text, e.subject_version, e.position FROM tenants_event e"
                " JOIN tenants_organization o ON o.id = e.organization_id"
            )
        )
        for number, watcher in enumerate(self.watchers):
            for thing, version, position in watcher.frames:
                if (watcher.house, thing, version, position) not in happened:
                    yield (
                        f"watcher {number} of {watcher.house} heard of version {version} of {thing} at {position},"
                        " where there is no such thing"
                    )

    def backwards(self):
        for number, watcher in enumerate(self.watchers):
            for thing, known, version in watcher.went_back:
                yield f"watcher {number} of {watcher.house} heard of version {version} of {thing} after {known}"
