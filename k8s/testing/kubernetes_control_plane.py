"""A real Kubernetes control plane as processes of this machine: built once with Go, started for a test, ended with it.

etcd, API server, controllers and scheduler are Kubernetes' own; kwok stands for nodes, and executes nothing.
"""

import hashlib
import os
import secrets
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

MODULE = Path(__file__).parent / "control_plane"
KUBECTL = Path(sys.executable).parent / "kubectl"
VERSION = "1.36.3"
_PACKAGE = "k8s.io/component-base/version"
LINK_FLAGS = f"-s -w -X {_PACKAGE}.gitVersion=v{VERSION} -X {_PACKAGE}.gitMajor=1 -X {_PACKAGE}.gitMinor=36"
BUILD_SECONDS = 3_600


def program() -> Path:
    """Where the program is, or will be once it is built: a folder of the cache for each version of its sources."""
    sources = b"".join((MODULE / name).read_bytes() for name in ("go.mod", "go.sum", "main.go"))
    digest = hashlib.sha256(sources + LINK_FLAGS.encode()).hexdigest()[:16]
    cache = Path(os.environ.get("OSO_CACHE") or Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")) / "oso")
    return cache.expanduser() / "control-plane" / digest / "control-plane"


def build() -> Path:
    """The program; builds it with Go where the cache has none: ten minutes of two cores, 1 GB of modules."""
    path = program()
    if not path.exists():
        go = shutil.which("go")
        if go is None:
            raise RuntimeError("the control plane is built with Go 1.26 or newer: install it from https://go.dev/dl")
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f"building-{os.getpid()}")
        command = [go, "build", "-trimpath", "-buildvcs=false", "-ldflags", LINK_FLAGS, "-o", str(new), "."]
        subprocess.run(command, cwd=MODULE, env={**os.environ, "CGO_ENABLED": "0"}, check=True, timeout=BUILD_SECONDS)
        new.rename(path)
    return path


@dataclass(frozen=True, kw_only=True)
class ControlPlane:
    """A running one: its address, and a kubeconfig of its administrator."""

    folder: Path
    server: str
    kubeconfig: Path

    @property
    def certificate(self) -> Path:
        """The certificate that the API server made for itself."""
        return self.folder / "certificates" / "apiserver.crt"

    def kubeconfig_for(self, name: str, token: str) -> Path:
        """A kubeconfig that speaks with `token`."""
        path = self.folder / f"{name}.kubeconfig"
        path.write_text(yaml.safe_dump(_kubeconfig(self.server, token, self.certificate)))
        path.chmod(0o600)
        return path

    def kubectl(self, *arguments: str | Path, stdin: str | None = None) -> str:
        """What kubectl says as administrator; raises CalledProcessError with its complaint."""
        command = [KUBECTL, f"--kubeconfig={self.kubeconfig}", *arguments]
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=120, check=False)
        if done.returncode != 0:
            raise subprocess.CalledProcessError(done.returncode, command, done.stdout, done.stderr)
        return done.stdout


@contextmanager
def control_plane(folder: Path) -> Generator[ControlPlane]:
    """One on free ports of 127.0.0.1, ready when the block begins; logs stay in `folder`."""
    binary, token = build(), secrets.token_hex(16)
    etcd, peer, api = _free_ports(3)
    server = f"https://127.0.0.1:{api}"
    plane = ControlPlane(folder=folder, server=server, kubeconfig=folder / "admin.kubeconfig")
    plane.kubeconfig_for("admin", token)
    _write_keys(folder)
    (folder / "tokens.csv").write_text(f"{token},admin,admin,system:masters\n")
    (folder / "tokens.csv").chmod(0o600)
    started: list[subprocess.Popen[bytes]] = []
    try:
        started.append(_start(binary, folder, "etcd", *_etcd_options(folder, etcd, peer)))
        started.append(_start(binary, folder, "kube-apiserver", *_api_options(folder, etcd, api)))
        _wait_until_ready(plane, token, started)
        common = (f"--kubeconfig={plane.kubeconfig}", "--leader-elect=false", "--secure-port=0")
        key = f"--service-account-private-key-file={folder / 'sa.key'}"
        started.append(_start(binary, folder, "kube-controller-manager", *common, key))
        started.append(_start(binary, folder, "kube-scheduler", *common))
        started.append(_start(binary, folder, "kwok", *_kwok_options(plane)))
        yield plane
    finally:
        # the API server hangs when etcd ends before it: in the order of the start, from the last
        for process in reversed(started):
            _end(process)


def _start(binary: Path, folder: Path, part: str, *options: str) -> "subprocess.Popen[bytes]":
    with (folder / f"{part}.log").open("wb") as log:
        return subprocess.Popen([binary, part, *options], cwd=folder, stdout=log, stderr=subprocess.STDOUT)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout=10)


def _etcd_options(folder: Path, port: int, peer: int) -> list[str]:
    client, peers = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{peer}"
    return [
        f"--data-dir={folder / 'etcd'}",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peers}",
        f"--initial-advertise-peer-urls={peers}",
        f"--initial-cluster=default={peers}",
        "--unsafe-no-fsync",
        "--log-level=warn",
    ]


def _api_options(folder: Path, etcd: int, port: int) -> list[str]:
    return [
        f"--etcd-servers=http://127.0.0.1:{etcd}",
        f"--cert-dir={folder / 'certificates'}",
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        "--endpoint-reconciler-type=none",
        f"--secure-port={port}",
        "--service-cluster-ip-range=10.96.0.0/16",
        "--authorization-mode=RBAC",
        f"--token-auth-file={folder / 'tokens.csv'}",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={folder / 'sa.pub'}",
        f"--service-account-signing-key-file={folder / 'sa.key'}",
    ]


def _kwok_options(plane: ControlPlane) -> list[str]:
    (port,) = _free_ports(1)
    return [
        f"--kubeconfig={plane.kubeconfig}",
        "--manage-all-nodes=true",
        f"--config={MODULE / 'stages.yaml'}",
        f"--server-address=127.0.0.1:{port}",
    ]


def _wait_until_ready(
    plane: ControlPlane, token: str, started: "list[subprocess.Popen[bytes]]", seconds: float = 120
) -> None:
    ends = time.monotonic() + seconds
    while not (plane.certificate.exists() and _is_ready(plane, token)):
        for process in started:
            if process.poll() is not None:
                raise RuntimeError(f"{process.args} ended at once: its log is in {plane.folder}")
        if time.monotonic() > ends:
            raise TimeoutError(f"the API server was not ready within {seconds:.0f} s: its log is in {plane.folder}")
        time.sleep(0.1)


def _is_ready(plane: ControlPlane, token: str) -> bool:
    context = ssl.create_default_context(cafile=plane.certificate)
    with suppress(httpx.TransportError):
        answer = httpx.get(
            f"{plane.server}/readyz", headers={"Authorization": f"Bearer {token}"}, verify=context, timeout=5
        )
        return answer.status_code == httpx.codes.OK
    return False


def _kubeconfig(server: str, token: str, certificate: Path) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "test", "cluster": {"server": server, "certificate-authority": str(certificate)}}],
        "users": [{"name": "user", "user": {"token": token}}],
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "user"}}],
        "current-context": "test",
    }


def _write_keys(folder: Path) -> None:
    """The key pair of service accounts' tokens."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    (folder / "sa.key").write_bytes(private)
    (folder / "sa.key").chmod(0o600)
    (folder / "sa.pub").write_bytes(public)


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


if __name__ == "__main__":
    if sys.argv[1:] == ["--is-built"]:
        sys.exit(0 if program().exists() else 1)
    print(build())
