"""The keys of links and of hashes, and what is made with them: src/base/token.c
said a second time."""
import base64
import hashlib
import hmac
import os
import pathlib
import uuid


def write_keys(stem):
    """Files beside a path, as operators make them, and their settings."""
    files = {"LINK_KEYS_FILE": f"1 {os.urandom(32).hex()}\n",
             "EMAIL_PEPPER_FILE": f"{os.urandom(32).hex()}\n"}
    for name, text in files.items():
        file = pathlib.Path(f"{stem}.{name}")
        file.write_text(text)
        file.chmod(0o640)
        files[name] = str(file)
    return files


def token(settings, purpose, number, generation=1, topic=None):
    """For a uuid, or 16 bytes, with the first key of a copy."""
    line = pathlib.Path(settings["LINK_KEYS_FILE"]).read_text().split()
    key, secret = int(line[0]), bytes.fromhex(line[1])
    if not isinstance(number, bytes):
        number = uuid.UUID(str(number)).bytes
    parts = [b"\x01", number, bytes([generation, topic is not None]),
             (topic or "").encode()]
    mac = hmac.digest(secret, purpose.encode() + b"\0" + b"".join(parts),
                      hashlib.sha256)
    return base64.urlsafe_b64encode(
        b"\x01" + bytes([key]) + number + mac).decode().rstrip("=")


def email_hash(settings, address):
    pepper = pathlib.Path(settings["EMAIL_PEPPER_FILE"]).read_text()
    return hmac.digest(bytes.fromhex(pepper), address.lower().encode(),
                       hashlib.sha256)
