"""What people see who import a schedule: what will be added, and what is left out and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from discord import ButtonStyle, TextStyle, ui

from bot.catalogue.when import SEOUL
from bot.errors import NotUnderstoodError, UnfitError
from bot.occasions.importing import MOST, Entry, Trouble
from bot.occasions.importing.reading import MAX_LINES
from bot.occasions.model import Draft
from bot.render import asked, headlines, phrases
from bot.render.card import Accent, RenderContext, escape, notice, shorten
from bot.render.controls import button
from bot.render.schedule import Setting, unfit
from bot.text import Words

PASTE = "plan:paste"
"""The custom id of the form to paste lines into."""
_SHOWN = 8
"""Drafts that a preview shows."""
_LEFT_OUT = 1800
"""Characters of what a preview says of entries that are left out."""
MAX_PASTED = 4000
"""Characters of a text input (https://discord.com/developers/docs/components/reference#text-input)."""


def form(t: Words) -> ui.Modal:
    """The form to paste lines into."""
    modal = ui.Modal(title=t("Import into the schedule"))
    modal.custom_id = PASTE
    text: ui.TextInput[ui.Modal] = ui.TextInput(
        style=TextStyle.paragraph,
        placeholder=t("11 Jan 21:20 | Watch party: finale | our lounge"),
        max_length=MAX_PASTED,
        required=True,
    )
    label = ui.Label[ui.Modal](
        text=t("One event a line"), description=t("date | title, then where or a link if you like"), component=text
    )
    modal.add_item(label)
    modal.stop()
    return modal


def preview(context: RenderContext, token: str | None, entries: Sequence[Entry], setting: Setting) -> ui.LayoutView:
    """What will be added, and what will not. `token`: of what is about to be saved; None if nothing is."""
    t = context.words
    drafts = [entry.draft for entry in entries if entry.draft is not None]
    lines = [_line(context, draft, setting) for draft in drafts[:_SHOWN]]
    if len(drafts) > _SHOWN:
        lines.append(t.plural("… and {n} more", "… and {n} more", len(drafts) - _SHOWN))
    lines += _left_out(t, [entry for entry in entries if entry.trouble is not None])
    if token is None:
        title = t("Nothing to add")
        return notice(Accent.TROUBLE, title, "\n".join([*lines, asked.examples(t)]))
    title = t.plural("{n} event to add", "{n} events to add", len(drafts))
    row: ui.ActionRow[ui.LayoutView] = ui.ActionRow(
        button(t.plural("Add it", "Add all {n}", len(drafts)), f"plan:save:{token}", ButtonStyle.success),
        button(t("Discard"), f"plan:discard:{token}"),
    )
    return notice(Accent.DATES, title, "\n".join(lines), row)


def _line(context: RenderContext, draft: Draft, setting: Setting) -> str:
    t = context.words
    date = asked.date_words(t, draft.when(draft.day), [setting.zone, SEOUL], context.now)
    if draft.repeat is not None:
        date += f" · {asked.repeat_words(t, draft.day, draft.repeat)}"
    return f"- {headlines.SIGNS[draft.kind]} **{escape(shorten(draft.title, 60))}** — {date}"


def _left_out(t: Words, entries: Sequence[Entry]) -> list[str]:
    """The entries that are left out, those first that somebody can mend."""
    if not entries:
        return []
    counts = Counter(entry.trouble for entry in entries)
    there = counts.pop(Trouble.TWICE, 0)
    more = counts.pop(Trouble.TOO_MANY, 0)
    lines = [f"**{t.plural('{n} line is left out', '{n} lines are left out', len(entries))}**"]
    if there:
        lines.append("- " + t.plural("{n} is there already", "{n} are there already", there))
    if more:
        lines.append("- " + t("{n} are more than {most} at once: import the file again afterwards", n=more, most=MOST))
    size, wrong = 0, [entry for entry in entries if entry.trouble not in (Trouble.TWICE, Trouble.TOO_MANY)]
    for shown, entry in enumerate(wrong):
        line = f"- {t('line {n}', n=entry.line)}: {_why(t, entry)}" + (
            f" — {_quoted(entry.text)}" if entry.text else ""
        )
        size += len(line) + 1
        if size > _LEFT_OUT:
            lines.append(t.plural("… and {n} more", "… and {n} more", len(wrong) - shown))
            break
        lines.append(line)
    if wrong:
        lines.append(phrases.small(t("Mend these lines and import again: what is there already is not added twice.")))
    return lines


def _quoted(text: str) -> str:
    return f"“{escape(shorten(text, 50))}”"


def _why(t: Words, entry: Entry) -> str:
    match entry.error:
        case NotUnderstoodError():
            return asked.trouble_words(t, entry.error)[0]
        case UnfitError():
            return unfit(t, entry.error.field)[0]
        case _:
            return {
                Trouble.NO_TITLE: t("it has no title"),
                Trouble.NO_DATE: t("I find no date"),
                Trouble.OVER: t("it is over"),
                Trouble.CANCELLED: t("it is cancelled"),
                Trouble.REPEAT: t("it repeats in a way that I can't keep"),
                Trouble.ZONE: t("I don't know its time zone"),
            }.get(entry.trouble or Trouble.NO_DATE, t("it can't be planned"))


def added(t: Words, count: int, over: int) -> ui.LayoutView:
    """What a preview showed was added, but for those that are over since."""
    title = t.plural("{n} event is planned", "{n} events are planned", count)
    lines = [t.plural("{n} is over by now, and was left out.", "{n} are over by now, and were left out.", over)]
    listed = phrases.small(t("`/schedule list` shows everything that is planned."))
    return notice(Accent.DATES, title, "\n".join([*(lines if over else []), listed]))


def unreadable(t: Words) -> tuple[str, str]:
    """Title and body for a file that cannot be read."""
    body = t("I read calendars (.ics), tables (.csv) and plain text, up to 1 MB and {n} lines.", n=t.number(MAX_LINES))
    return t("I can't read that file"), body
