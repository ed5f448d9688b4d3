"""Puts the shared library into the wheel.

Takes the file that the environment variable DRUGNER_LIBRARY names, or builds it with cargo. The library does not know of
Python, so one wheel serves every Python 3 of a platform.
"""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NAMES = {"darwin": "libdrugner.dylib", "win32": "drugner.dll"}


def library_name():
    return NAMES.get(sys.platform, "libdrugner.so")


def build(root):
    """Builds the library in the repository and returns its path."""
    environment = dict(os.environ)
    target = Path(environment.setdefault("CARGO_TARGET_DIR", str(root / "target")))
    command = ["cargo", "build", "--release", "--package", "drugner", "--lib"]
    subprocess.run(command, cwd=root, env=environment, check=True)
    return root / target / "release" / library_name()


class LibraryHook(BuildHookInterface):
    def initialize(self, version, build_data):
        if version == "editable":
            raise RuntimeError("build a wheel: pip wheel bindings/python")
        given = os.environ.get("DRUGNER_LIBRARY")
        library = Path(given) if given else build(Path(self.root).parents[1])
        if not library.is_file():
            raise FileNotFoundError(library)
        build_data["force_include"][str(library)] = f"drugner/{library_name()}"
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["tag"] = f"py3-none-{platform}"
        build_data["pure_python"] = False
