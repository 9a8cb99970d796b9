"""What is said over the socket, in both directions. docs/live.md tells it to people, `schema` to programs."""

import uuid
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

from notifications.states import Level

LARGEST_POSITION = 2**63 - 1


class Frame(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_serialization_defaults_required=True)

    def text(self) -> str:
        return self.model_dump_json()


class Hello(Frame):
    """The first frame: all that was relayed up to here has been said, so this is what to `resume` from."""

    type: Literal["hello"] = "hello"
    position: int


class Changed(Frame):
    """Something has a new version: whoever shows it reads it again."""

    type: Literal["changed"] = "changed"
    subject: str
    id: uuid.UUID
    version: int
    position: int


class Unread(Frame):
    """How much the member has not read."""

    type: Literal["unread"] = "unread"
    count: int


class Told(Frame):
    """A notification has come; what it says is read over HTTP."""

    type: Literal["told"] = "told"
    id: uuid.UUID
    level: Level


class Resync(Frame):
    """Frames were lost: whatever is shown may be old."""

    type: Literal["resync"] = "resync"


class Resumed(Frame):
    """What was missed has been said, or made good by a `resync`."""

    type: Literal["resumed"] = "resumed"
    position: int


class Pong(Frame):
    type: Literal["pong"] = "pong"


class Error(Frame):
    """The last frame of the client was not understood, and nothing came of it."""

    type: Literal["error"] = "error"
    code: Literal["text_only", "unknown_frame", "resumed_already"]
    message: str


class Ping(Frame):
    type: Literal["ping"]


class Resume(Frame):
    """Say again what came after this position. Once, after a reconnect."""

    type: Literal["resume"]
    position: Annotated[int, Field(ge=0, le=LARGEST_POSITION, strict=True)]


class Loaded(Frame):
    """Say what came after a page began to be read, which its `data-live` names. Once, instead of `resume`."""

    type: Literal["loaded"]
    at: AwareDatetime


SERVER = Hello | Changed | Unread | Told | Resync | Resumed | Pong | Error
CLIENT = Ping | Resume | Loaded

spoken: TypeAdapter[SERVER] = TypeAdapter(Annotated[SERVER, Field(discriminator="type")])
understood: TypeAdapter[CLIENT] = TypeAdapter(Annotated[CLIENT, Field(discriminator="type")])


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of every frame: `#/$defs/server` is what is heard, `#/$defs/client` what may be said."""
    where = "#/$defs/{model}"
    ways = {
        "server": spoken.json_schema(ref_template=where, mode="serialization"),
        "client": understood.json_schema(ref_template=where),
    }
    frames: dict[str, Any] = {}
    for way in ways.values():
        frames |= way.pop("$defs")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Frames of /ws/",
        "anyOf": [{"$ref": f"#/$defs/{name}"} for name in ways],
        "$defs": frames | ways,
    }
