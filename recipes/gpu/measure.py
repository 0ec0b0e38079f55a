"""What run.sh does: parity, first losses and the cost of a step on this machine's graphics card. docs/gpu.md explains it.

    measure.py [FOLDER]     writes gpu.md and gpu.json there

Python 3.8 or newer, nothing else; PyTorch is timed where it is there.
"""

import ctypes
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.join(HERE, "mnemoscope")
BEGIN = time.monotonic()
# Six minutes, less what a command may take to end.
BUDGET_S = float(os.environ.get("BUDGET_S", "330"))
# The share of that by which a part has to be over; one that ends sooner leaves its time to the next.
PARITY, WHOLE_RUNS, STEPS, KERNELS, OTHERS = 0.33, 0.5, 0.8, 0.9, 1.0
# Seconds for which a step is timed.
TIMED_S = 2.0
# First losses agree: relative, as tests/training.rs and the page have it.
AGREE = 1e-4
CODE_SOFTWARE = 3

SMALL = ["copy", "--preset", "copy-small"]
MODELS = [
    ("copy-tiny", ["copy", "--preset", "copy-tiny"]),
    ("copy-small", SMALL),
    ("the paper's setting", ["copy", "--preset", "paper", "--encodings", "sinusoidal", "--seeds", "1"]),
    ("paths-small", ["geometry", "--preset", "paths-small"]),
]
# Runs in one plan: at most 16 seeds of an encoding.
ENCODINGS = ["sinusoidal", "rank", "compressed", "none"]
REPLICAS = [
    (runs, SMALL + ["--encodings", ",".join(ENCODINGS[: max(1, runs // 16)]), "--seeds", str(min(runs, 16))])
    for runs in (2, 4, 8, 16, 32, 64)
]

work = tempfile.mkdtemp(prefix="mnemoscope-gpu-")
report = {"left_out": [], "failed": []}
lines = []


def say(line=""):
    print(line, flush=True)
    lines.append(line)


def table(head, rows):
    if not rows:
        say("Nothing was done.")
        return say()
    say("| " + " | ".join(head) + " |")
    say("|" + " --- |" * len(head))
    for row in rows:
        say("| " + " | ".join(show(cell) for cell in row) + " |")
    say()


def show(cell):
    if cell is None:
        return ""
    return f"{cell:.3g}" if isinstance(cell, float) and cell < 1000 else f"{cell:.0f}" if isinstance(cell, float) else str(cell)


def title(entry):
    return entry["name"] if entry["runs"] == 1 else f"{entry['name']}, {entry['runs']} runs"


def left(share):
    """Seconds until a part has to be over."""
    return BEGIN + share * BUDGET_S - time.monotonic()


def leave_out(what, why="no time was left"):
    report["left_out"].append(f"{what}: {why}")


def drivers():
    """The environment in which the loader beside this file finds this machine's drivers."""
    paths = [HERE] + [path for path in [os.environ.get("LD_LIBRARY_PATH")] if path]
    # The last keeps away a layer of Mesa that looks for a display.
    found = {**os.environ, "LD_LIBRARY_PATH": ":".join(paths), "NODEVICE_SELECT": "1"}
    if any(name in os.environ for name in ("VK_DRIVER_FILES", "VK_ICD_FILENAMES", "VK_ADD_DRIVER_FILES")):
        return found
    usual = [f"{root}/vulkan/icd.d/nvidia_icd.json" for root in ("/etc", "/usr/share", "/usr/local/share")]
    if any(os.path.isfile(path) for path in usual):
        return found
    # In a container the driver's folder may be mounted elsewhere, or its libraries alone.
    mounted = "/usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json"
    if os.path.isfile(mounted):
        return {**found, "VK_ADD_DRIVER_FILES": mounted}
    for library in ("libGLX_nvidia.so.0", "libEGL_nvidia.so.0"):
        try:
            ctypes.CDLL(library)
        except OSError:
            continue
        path = os.path.join(work, "nvidia_icd.json")
        with open(path, "w") as file:
            json.dump({"file_format_version": "1.0.0", "ICD": {"library_path": library, "api_version": "1.3.0"}}, file)
        return {**found, "VK_ADD_DRIVER_FILES": path}
    return found


ENVIRONMENT = drivers()


def command(words, seconds, environment=None):
    """What a command wrote, what it said, and its code; the code is nothing if time ran out."""
    environment = environment or ENVIRONMENT
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as told:
        try:
            code = subprocess.run(words, stdout=out, stderr=told, timeout=max(seconds, 0.1), env=environment).returncode
        except subprocess.TimeoutExpired:
            code = None
        out.seek(0)
        told.seek(0)
        return out.read(), told.read(), code


def last(told):
    """The last line that says something."""
    return next((line for line in reversed(told.splitlines()) if line.strip()), "nothing was said")


def ask(words, what, share):
    """The JSON that the program answers with, or nothing, of which the report says why."""
    if left(share) <= 1:
        return leave_out(what)
    out, told, code = command([PROGRAM, *words, "--quiet"], left(share))
    if code == 0:
        return json.loads(out)
    if code is None:
        return leave_out(what)
    report["failed"].append(f"{what}: {last(told)}")
    return None


def train(words, executor, steps, what, share, *more):
    results = ask([*words, "--executor", executor, "--steps", str(steps), "--every", "10000", *more], what, share)
    # A device that refuses a plan gives way to the CPU.
    if results and results["executor"]["kind"] != executor:
        report["failed"].append(f"{what}: {results['executor']['reason']}")
        return None
    return results


def pace(words, executor, first, what, share):
    """Milliseconds a step, and steps timed: a longer run less the ten steps of the first, so that judging is in neither."""
    before, steps, ms = first["seconds"], 10, None
    a_step = before / 10
    for _ in range(3):
        more = max(10, int(min(TIMED_S / a_step, 20_000)))
        # The first ten steps come again, and a slower moment may.
        if left(share) < 1.5 * (before + more * a_step) + 2:
            break
        longer = train(words, executor, 10 + more, what, share)
        if longer is None:
            break
        taken = longer["seconds"] - before
        if taken > 0:
            steps, ms = more, 1e3 * taken / more
        if taken >= TIMED_S / 2:
            break
        # Shorter than a run's own scatter: again, with more steps.
        a_step = max(taken, TIMED_S / 20) / more
    return {"ms": ms, "steps": steps} if ms is not None else {"ms": 1e2 * before, "steps": 10, "with_judging": True}


def adapter():
    """The adapter; ends here if there is none but one that computes on the CPU."""
    # Without it there is nothing to measure: it has all the time that there is.
    words = [PROGRAM, *MODELS[0][1], "--executor", "auto", "--steps", "1", "--quiet"]
    out, told, code = command(words, max(120, BUDGET_S))
    if code != 0:
        sys.exit(f"measure.py: the program does not work here ({code}): {told.strip()}")
    executor = json.loads(out)["executor"]
    software = executor["kind"] != "webgpu"
    report.update(executor=executor, software=software, machine=machine())
    if not software:
        say(f"adapter: {executor['name']}")
    else:
        say(f"adapter: none on a graphics card. {executor['reason']}")
        if os.environ.get("MNEMOSCOPE_ALLOW_SOFTWARE") != "1":
            print("measure.py: nothing is measured on a software adapter (code 3)", file=sys.stderr)
            sys.exit(CODE_SOFTWARE)
        say("This is a try of the script: nothing below was measured on a graphics card.")
    say(f"machine: {report['machine']}")
    say()


def machine():
    words = [f"{os.cpu_count()} cores, {platform.machine()}, Linux {platform.release()}"]
    query = ["nvidia-smi", "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"]
    try:
        words.append(command(query, 20)[0].strip())
    except OSError:
        pass
    return "; ".join(word for word in words if word)


def tests(name, share, wanted=()):
    """Runs a test program; each test by name with whether it passed, and all that was written."""
    path = os.path.join(HERE, name)
    listed = re.findall(r"^(\S+): test$", command([path, "--list", *wanted], 60)[0], re.M)
    # Of one thread the name and what is written come in one line.
    threads = max(2, min(4, os.cpu_count() or 1))
    out, told, code = command([path, "--nocapture", f"--test-threads={threads}", *wanted], left(share))
    passed = set(re.findall(r"^test (\S+) \.\.\. ok$", out, re.M))
    failed = set(re.findall(r"^test (\S+) \.\.\. FAILED$", out, re.M))
    for test in sorted(failed):
        report["failed"].append(f"tests/{name}.rs, {test}")
    if code not in (0, None) and not failed:
        report["failed"].append(f"tests/{name}.rs ended with {code}: {last(told)}")
    return listed, passed, failed, out


def parity():
    listed, _, failed, out = tests("kernels", PARITY, ["on_the_adapter"])
    found = re.findall(r"(\w+): (\d+) cases on .*?, largest difference (\S+) \((.*?)\)(?:; (.*))?$", out, re.M)
    rows = [(name, int(cases), float(largest), forms) for name, cases, largest, _, forms in found]
    report["parity"] = [dict(zip(("kernel", "cases", "largest", "forms"), row)) for row in rows]
    say("## Every kernel against its CPU twin (allowed: 2e-5)")
    say()
    table(["kernel", "cases", "largest difference", "forms"], rows)
    done = {name for name, *_ in rows} | {name.split("::")[-1] for name in failed}
    rest = [name.split("::")[-1] for name in listed if name.split("::")[-1] not in done]
    if rest:
        leave_out(f"parity of {len(rest)} kernels ({', '.join(rest)})")


def whole_runs():
    say("## Whole runs (tests/training.rs)")
    say()
    listed, passed, failed, out = tests("training", WHOLE_RUNS)
    report["whole_runs"] = {"passed": sorted(passed), "failed": sorted(failed)}
    worst = re.findall(r"largest relative difference of the first ten losses: (\S+)", out)
    say(f"{len(passed)} of {len(listed)} passed, {len(failed)} failed; first ten losses, CPU against GPU: {', '.join(worst) or 'not done'}")
    say()
    rest = [name for name in listed if name not in passed | failed]
    if rest:
        leave_out(f"whole runs ({', '.join(rest)})")


def certificates(name, gpu, cpu, again):
    """First losses here and on the CPU; in a certificate they are means of all runs at steps 1 and 10, in bits a token."""

    def losses(results):
        of = [measure["id"] for measure in results["measures"]].index("loss")
        return [float(loss) for loss in results["check"].split("_")[1:]] + [
            loss for point in results["curves"] for loss in point["values"][of] if loss is not None
        ]

    differences = [abs(a - b) / max(abs(a), abs(b), 1e-30) for a, b in zip(losses(gpu), losses(cpu))]
    repeats = None if again is None else again["check"] == gpu["check"]
    found = {"gpu": gpu["check"], "cpu": cpu["check"], "difference": max(differences), "repeats": repeats}
    if not found["difference"] <= AGREE:
        report["failed"].append(f"{name}: first losses differ by {found['difference']:.1e}")
    if repeats is False:
        report["failed"].append(f"{name}: a second run on this adapter had other first losses")
    return found


def steps():
    """What a step costs, by model and number of runs, and whether first losses are those of the CPU."""
    report["models"] = models = []
    for name, words in MODELS:
        entry = {"name": name, "runs": 1, "words": words}
        first = train(words, "webgpu", 10, f"{name}, GPU", STEPS)
        if first is None:
            continue
        models.append(entry)
        weights = os.path.join(work, f"{len(models)}.safetensors")
        cpu = train(words, "cpu", 10, f"{name}, CPU", STEPS, "--export-weights", weights)
        again = train(words, "webgpu", 10, f"{name}, GPU again", STEPS)
        entry.update(launches=first["cost"]["launchesPerStep"], gpu=pace(words, "webgpu", first, f"{name}, ms a step", STEPS))
        if cpu is not None:
            entry.update(check=certificates(name, first, cpu, again), weights=weights)
            entry.update(cpu=pace(words, "cpu", cpu, f"{name}, ms a step on the CPU", STEPS))
    before = next((entry["gpu"]["ms"] / 1e3 for entry in models if entry["name"] == "copy-small"), None)
    for runs, words in REPLICAS:
        what = f"copy-small, {runs} runs"
        # About twice as long as half as many; ten steps, two judgements, and the start.
        if before is None or left(STEPS) < 2 * before * 14 + 2:
            leave_out(what)
            before = before and 2 * before
            continue
        first = train(words, "webgpu", 10, what, STEPS)
        if first is None:
            continue
        gpu = pace(words, "webgpu", first, what, STEPS)
        before = gpu["ms"] / 1e3
        launches = first["cost"]["launchesPerStep"]
        models.append({"name": "copy-small", "runs": runs, "words": words, "launches": launches, "gpu": gpu})


def kernels():
    """Time against bound by kernel, of each model alone and of the largest number of runs."""
    models = report["models"]
    for entry in [entry for entry in models if entry["runs"] == 1] + [entry for entry in models if entry["runs"] > 1][-1:]:
        what = f"{title(entry)}, by kernel"
        entry["profile"] = ask([entry["words"][0], "run.profile", *entry["words"][1:], "--executor", "webgpu"], what, KERNELS)


def others():
    """The same models in PyTorch."""
    if left(OTHERS) < 5:
        return leave_out("PyTorch")
    pythons = [os.environ.get("TORCH"), sys.executable, "/usr/bin/python3"]
    # The loader beside this file is none of its business.
    own = dict(os.environ)
    tries = [(command([python, "-c", "import torch"], left(OTHERS), own)[2], python) for python in pythons if python]
    has = [python for code, python in tries if code == 0]
    if not has:
        in_time = all(code is not None for code, _ in tries)
        return leave_out("PyTorch", "no Python here has it") if in_time else leave_out("PyTorch")
    for entry in report["models"]:
        if "weights" not in entry:
            continue
        what = f"{entry['name']} in PyTorch"
        if left(OTHERS) < 5:
            leave_out(what)
            continue
        run = "full.0" if entry["name"] == "paths-small" else "sinusoidal.0"
        script = os.path.join(HERE, "torch_step.py")
        out, told, code = command([has[0], script, entry["weights"], run, str(TIMED_S)], left(OTHERS), own)
        if code == 0:
            entry["torch"] = json.loads(out)
        else:
            leave_out(what, "no time was left" if code is None else last(told))


def tell():
    models = report["models"]
    say("## First losses against the CPU (allowed: 1e-4)")
    say()
    checked = [(entry["name"], entry["check"]) for entry in models if "check" in entry]
    same = {True: "same bits", False: "other bits", None: None}
    table(
        ["model", "certificate here", "certificate of the CPU", "largest relative difference", "a second run here"],
        [(name, check["gpu"], check["cpu"], f"{check['difference']:.1e}", same[check["repeats"]]) for name, check in checked],
    )
    say("## Milliseconds a step")
    say()
    rows = []
    for entry in models:
        gpu, profile, torch = entry["gpu"], entry.get("profile") or {}, entry.get("torch", {})
        ms = show(gpu["ms"]) + (" with judging" if gpu.get("with_judging") else "")
        alone = [profile.get("totalMs"), profile.get("boundMs")]
        cells = [entry["name"], entry["runs"], entry["launches"], ms, gpu["ms"] / entry["runs"], *alone]
        rows.append(cells + [entry.get("cpu", {}).get("ms"), torch.get("eager"), torch.get("graph", torch.get("graphRefused"))])
    head = ["model", "runs", "launches", "ms a step", "ms a run", "kernels alone, ms", "bound, ms", "our CPU, ms"]
    table([*head, "PyTorch, ms", "PyTorch, CUDA graph, ms"], rows)
    libraries = {f"PyTorch {entry['torch']['torch']} on {entry['torch']['device']}" for entry in models if "torch" in entry}
    for library in sorted(libraries):
        say(library)
        say()
    for entry in models:
        profile = entry.get("profile")
        if not profile:
            continue
        say(f"## {title(entry)}, by kernel")
        say()
        roofs = f"Products {profile['peakGflops']:.0f} GFLOP/s, copies {profile['peakGbps']:.0f} GB/s"
        say(f"{profile['method']} {roofs}; {profile['steps']} steps.")
        say()
        rows = [[k[cell] for cell in ("name", "launches", "ms", "boundMs", "bound")] for k in profile["kernels"]]
        rows = [[*row, row[2] / max(row[3], 1e-9)] for row in rows]
        table(["kernel", "launches", "ms", "bound, ms", "bound by", "times its bound"], rows)
    for head, what in (("Left out", report["left_out"]), ("Failed", report["failed"])):
        if what:
            say(f"## {head}")
            say()
            for line in what:
                say(f"- {line}")
            say()
    report["seconds"] = time.monotonic() - BEGIN
    say(f"{report['seconds']:.0f} s")


def main(folder="."):
    os.makedirs(folder, exist_ok=True)
    adapter()
    parity()
    whole_runs()
    steps()
    kernels()
    others()
    tell()
    for entry in report["models"]:
        entry.pop("weights", None)
    for name, text in (("gpu.md", "\n".join(lines) + "\n"), ("gpu.json", json.dumps(report, indent=1) + "\n")):
        with open(os.path.join(folder, name), "w") as file:
            file.write(text)
    return 1 if report["failed"] else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
