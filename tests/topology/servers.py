"""The servers of one region, or of control, as one process: PostgreSQL, Valkey, file store, mail and text messages.

`python -m tests.topology.servers FOLDER CODE PLACE` starts them, writes down where they are and runs until it is ended.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
import ssl
import sys
import threading
from ipaddress import ip_address
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
os.environ["AWS_ACCESS_KEY_ID"] = os.environ["AWS_SECRET_ACCESS_KEY"] = "test"

import boto3
import redis
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from moto.server import ThreadedMotoServer

from config.demo import servers
from config.demo.mail import Gateway, serve
from config.demo.processes import free_ports
from config.demo.servers import Postgres, Valkey

servers.SETTINGS["listen_addresses"] = "0.0.0.0"


class OpenPostgres(Postgres):
    """PostgreSQL that answers on the net, too, so that nothing but the net keeps others away."""

    def _initialise(self) -> None:
        super()._initialise()
        with (self.data / "pg_hba.conf").open("a") as rules:
            rules.write("host all all 10.0.0.0/8 scram-sha-256\n")


def certificate(folder: Path) -> Path:
    """Make a certificate for this machine's own address, and return the file with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "texts")])
    now = dt.datetime.now(dt.UTC)
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file = folder / "texts.pem"
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


def texts(folder: Path, code: str, port: int) -> Path:
    """Take text messages over TLS; return the authority to believe."""
    file = certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    gateway = Gateway(folder, code, port)
    gateway.socket = context.wrap_socket(gateway.socket, server_side=True)
    threading.Thread(target=gateway.serve_forever, daemon=True).start()
    return file


def main(folder: Path, code: str, place: str) -> None:
    """Start everything and stay."""
    folder.mkdir(parents=True, exist_ok=True)
    postgres = OpenPostgres(folder / "postgres", durable=False)
    valkey = Valkey(folder / "valkey")
    mail_port, text_port = free_ports(2)
    facts = {"postgres": postgres.start(), "valkey": valkey.start(), "mail": mail_port}
    facts["postmaster"] = postgres.pid
    with redis.Redis.from_url(valkey.url) as client:
        client.config_set("bind", "0.0.0.0")
    if place:
        cloud = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
        cloud.start()
        host, port = cloud.get_host_and_port()
        facts["store"] = f"http://{host}:{port}"
        boto3.client("s3", endpoint_url=facts["store"], region_name=place).create_bucket(
            Bucket=f"files-{code}", CreateBucketConfiguration={"LocationConstraint": place}
        )
        facts["texts"], facts["authority"] = text_port, str(texts(folder, code, text_port))
    (folder / "facts.part").write_text(json.dumps(facts))
    (folder / "facts.part").rename(folder / "facts.json")
    try:
        asyncio.run(serve(folder, {code: mail_port}, {}))
    finally:
        valkey.stop()
        postgres.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
