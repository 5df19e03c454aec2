"""Two runs never write at once; a killed one leaves no lock behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.problems import WarehouseLocked
from pipeline.publish.lock import holder, warehouse_lock

HOLD = """
import sys, time
from pathlib import Path
from pipeline.publish.lock import warehouse_lock
with warehouse_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_second_run_is_refused_with_pid_and_start(tmp_path: Path) -> None:
    assert holder(tmp_path) is None
    other = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE)
    try:
        assert other.stdout is not None and other.stdout.readline() == b"held\n"
        with pytest.raises(WarehouseLocked) as caught, warehouse_lock(tmp_path):
            pass
        assert str(other.pid) in caught.value.problems[0].en
        assert caught.value.exit_code == 5
        held = holder(tmp_path)
        assert held is not None and held[0] == str(other.pid)
    finally:
        os.kill(other.pid, signal.SIGKILL)
        other.wait()
    with warehouse_lock(tmp_path):
        pass
    assert holder(tmp_path) is None
