"""The command `guize`: global options, and which module holds which command."""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module

import click

from pipeline.lang import say, set_lang
from pipeline.problems import GuizeError

# command -> module:attribute; imported only when called, so that a small command starts fast
COMMANDS = {
    "demo": "pipeline.demo.command:demo",
    "run": "pipeline.commands:run_command",
    "exposure": "pipeline.commands:exposure",
    "rules": "pipeline.rules.commands:rules",
    "text": "pipeline.text.command:text",
    "quarantine": "pipeline.ingest.commands:quarantine",
    "privacy": "pipeline.ingest.commands:privacy",
    "init": "pipeline.ingest.commands:init",
    "report": "pipeline.publish.commands:report",
    "publish": "pipeline.publish.commands:publish_command",
    "releases": "pipeline.publish.commands:releases_command",
    "appeal": "pipeline.publish.commands:appeal",
    "doctor": "pipeline.publish.commands:doctor",
    "explain": "pipeline.commands:explain",
    "whatif": "pipeline.commands:whatif",
}


class LazyGroup(click.Group):
    """A group that imports a command's module when the command is asked for."""

    def list_commands(self, context: click.Context) -> list[str]:
        """The commands in the order in which a newcomer needs them."""
        return [name for name in COMMANDS if self.get_command(context, name) is not None]

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Import and return one command."""
        if name not in COMMANDS:
            return None
        module, attribute = COMMANDS[name].split(":")
        try:
            command: click.Command = getattr(import_module(module), attribute)
        except (ModuleNotFoundError, AttributeError):
            return None
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--lang", type=click.Choice(["zh", "en"]), default=None, envvar="GUIZE_LANG",
    help="输出语言，默认中文 / language of the output, Chinese unless told",
)  # fmt: skip
@click.version_option(package_name="guize")
def cli(lang: str | None) -> None:
    """一把尺子量六个平台：哪些规则破了，代价多少，换个平台又要多少。

    One ruler for six platforms: which rules were broken, what it costs, and what it would cost elsewhere.
    """
    set_lang("en" if lang == "en" else "zh")


def main() -> None:
    """Run the command line; every error a user can mend ends as text and an exit code, never as a traceback."""
    gc.set_threshold(100_000, 20, 20)  # a command makes much and throws little away: a tenth of its time went into looking
    try:
        code = _exit_code(sys.argv[1:])
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        code = 0
    os._exit(code)  # all is written and closed: taking every object apart would only take time


def _exit_code(argv: list[str]) -> int:
    args, lang = _lang_anywhere(argv)
    try:
        cli.main(args=[*(["--lang", lang] if lang else []), *args], prog_name="guize", standalone_mode=False)
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else 0 if done.code is None else 1
    except GuizeError as error:
        click.echo(str(error), err=True)
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except click.exceptions.Abort:
        click.echo(say("已中断，什么都没有发布", "interrupted, nothing was published"), err=True)
        return 130
    return 0


def _lang_anywhere(args: list[str]) -> tuple[list[str], str | None]:
    """`--lang zh|en` may stand anywhere on the line."""
    kept, lang = [], None
    queue = list(args)
    while queue:
        arg = queue.pop(0)
        if arg == "--lang" and queue and queue[0] in ("zh", "en"):
            lang = queue.pop(0)
        elif arg in ("--lang=zh", "--lang=en"):
            lang = arg.split("=")[1]
        else:
            kept.append(arg)
    return kept, lang


if __name__ == "__main__":
    main()
