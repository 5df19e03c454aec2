"""Carry the rule packs and the SQL, which live beside the code, inside the wheel."""

import shutil
from pathlib import Path

from setuptools import find_namespace_packages, setup
from setuptools.command.build_py import build_py


class BuildWithPacks(build_py):
    """Copy platform_rules/ and sql/ under pipeline/, where pipeline.paths looks for them once installed."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            for folder in ("platform_rules", "sql"):
                target = Path(self.build_lib, "pipeline", folder)
                shutil.rmtree(target, ignore_errors=True)
                shutil.copytree(folder, target)


setup(
    packages=find_namespace_packages(include=["pipeline", "pipeline.*"]),
    package_data={
        "": ["*.yaml", "*.csv", "*.json", "*.txt", "*.jinja", "*.js", "*.css", "*.html", "*LICENSE*"]
    },
    cmdclass={"build_py": BuildWithPacks},
)
