"""What only the browser that was asked can read (RFC 8291, in the coding of RFC 8188), and who sends it (RFC 8292).

Forty lines on `cryptography` rather than a library around it: those bring an HTTP client of their own, which would
connect to whatever address a browser names.
"""

import base64
import functools
import os
import struct
import time
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    derive_private_key,
    generate_private_key,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

RECORD = 4096
POINT = 65  # bytes of an uncompressed point
SECRET = 16
LIFE_SECONDS = 12 * 3600  # of a signature; push services take 24 hours at most


def encrypt(
    plain: bytes, *, p256dh: str, auth: str, salt: bytes | None = None, key: EllipticCurvePrivateKey | None = None
) -> bytes:
    """One record for the browser with these keys. `salt` and `key` are new for each, but in a test."""
    theirs, secret = unpacked(p256dh), unpacked(auth)
    own, salt = key or generate_private_key(SECP256R1()), salt or os.urandom(16)
    ours = _point(own)
    shared = own.exchange(ECDH(), EllipticCurvePublicKey.from_encoded_point(SECP256R1(), theirs))
    material = _derived(shared, secret, b"WebPush: info\x00" + theirs + ours, 32)
    content_key = _derived(material, salt, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _derived(material, salt, b"Content-Encoding: nonce\x00", 12)
    sealed = AESGCM(content_key).encrypt(nonce, plain + b"\x02", None)
    return salt + struct.pack("!IB", RECORD, len(ours)) + ours + sealed


def authorization(endpoint: str, *, private_key: str, subject: str) -> str:
    """The header that tells a push service who sends: only who made the subscription may."""
    place = urlsplit(endpoint)
    claims = {"aud": f"{place.scheme}://{place.netloc}", "exp": int(time.time()) + LIFE_SECONDS, "sub": subject}
    token = jwt.encode(claims, _private(private_key), algorithm="ES256")
    return f"vapid t={token}, k={public_key(private_key)}"


@functools.cache
def public_key(private_key: str) -> str:
    """What a browser is told when it subscribes."""
    return packed(_point(_private(private_key)))


def new_private_key() -> str:
    number = generate_private_key(SECP256R1()).private_numbers().private_value
    return packed(number.to_bytes(32, "big"))


def are_keys(p256dh: str, auth: str) -> bool:
    """Whether a browser could have made these."""
    try:
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), unpacked(p256dh))
        return len(unpacked(p256dh)) == POINT and len(unpacked(auth)) == SECRET
    except ValueError:
        return False


def packed(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def unpacked(text: str) -> bytes:
    """Raises `ValueError` for what is no base64url."""
    return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)


@functools.cache
def _private(private_key: str) -> EllipticCurvePrivateKey:
    return derive_private_key(int.from_bytes(unpacked(private_key), "big"), SECP256R1())


def _point(key: EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _derived(material: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(material)
