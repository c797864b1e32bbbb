"""The panel's follow-up questions, such as where to announce, which time zone, or which role to mention."""

from __future__ import annotations

from collections.abc import Sequence

from discord import ButtonStyle, SelectOption, ui

from bot.announcements.subscription import Subscription
from bot.announcements.zones import zone_name
from bot.render.administration import KIND_ORDER, kind_name
from bot.render.card import MAX_OPTION, RenderContext, Row, escape, shorten, stateless_view
from bot.render.controls import Note, Place, box_for, button, channel_menu, say
from bot.text import Words


def where(context: RenderContext, place: Place, note: Note | None = None, offered: int | None = None) -> ui.LayoutView:
    """A menu of channels to announce in. `place` is the panel it came from; `offered`, a channel already named."""
    t, place, box = context.words, place.after(note, context), box_for(note)
    box.add_item(ui.TextDisplay(f"## {t('Announcements')}"))
    say(box, note)
    box.add_item(
        ui.TextDisplay(t("Where should I announce premieres and OST releases? You can change the rest later."))
    )
    box.add_item(channel_menu(place.control("begin"), t("Choose a channel")))
    row: Row = ui.ActionRow()
    if offered is not None:
        row.add_item(button(t("Announce there"), place.control("begin", str(offered)), ButtonStyle.primary))
    if place.channel_id:
        row.add_item(button(t("Back"), place.control("show")))
    if row.children:
        box.add_item(row)
    return stateless_view(box)


def whether_to_end(context: RenderContext, place: Place) -> ui.LayoutView:
    """Whether to turn announcements off in a channel."""
    t, box = context.words, box_for(None)
    title = t("Turn announcements off in {channel}?", channel=f"<#{place.channel_id}>")
    body = t("I'll stop posting there and forget the channel's settings.")
    box.add_item(ui.TextDisplay(f"**{title}**\n{body}"))
    sure = button(t("Turn off"), place.control("end"), ButtonStyle.danger)
    box.add_item(ui.ActionRow(sure, button(t("Back"), place.control("show"))))
    return stateless_view(box)


def which_zone(context: RenderContext, place: Place, typed: str, near: Sequence[str]) -> ui.LayoutView:
    """Asks which zone was meant, if none has the typed name."""
    t = context.words
    title = t("I don't know the time zone “{query}”", query=escape(shorten(typed, 80)))
    body = t("Did you mean one of these?") if near else t("Type a large city or an IANA name, such as Asia/Seoul.")
    note = Note(title, body, refusal=True)
    box = box_for(note)
    say(box, note)
    if near:
        zones = [button(zone_name(zone), place.control("zone", zone), ButtonStyle.primary) for zone in near[:5]]
        box.add_item(ui.ActionRow(*zones))
    again = button(t("Another time zone"), place.control("elsewhere"))
    box.add_item(ui.ActionRow(again, button(t("Back"), place.control("show"))))
    return stateless_view(box)


def zone(t: Words, place: Place) -> ui.Modal:
    """The modal for a time zone that is in no menu."""
    text: ui.TextInput[ui.Modal] = ui.TextInput(placeholder="Asia/Seoul", required=True, max_length=60)
    label = ui.Label[ui.Modal](text=t("Time zone"), description=t("A large city or an IANA name"), component=text)
    return _question(t("Another time zone"), place.control("zone"), label)


def quiet_hours(t: Words, place: Place, chosen: Subscription) -> ui.Modal:
    """The modal for quiet hours."""
    text: ui.TextInput[ui.Modal] = ui.TextInput(
        placeholder="22:00-08:00", default=chosen.quiet or None, required=False, max_length=40
    )
    label = ui.Label[ui.Modal](
        text=t("From when to when ({zone})", zone=shorten(zone_name(chosen.zone), 20)),
        description=t("Anything due then is posted when they end. Leave it empty for none."),
        component=text,
    )
    return _question(t("Quiet hours"), place.control("hours"), label)


def what_to_follow(t: Words, place: Place) -> ui.Modal:
    """The modal for what a channel is to follow by itself."""
    return _question(t("Follow something here alone"), place.control("follow"), _name(t, required=True))


def whom_to_mention(t: Words, place: Place) -> ui.Modal:
    """The modal for a role that posts are to mention, and what for."""
    role: ui.RoleSelect[ui.Modal] = ui.RoleSelect(required=True)
    kinds: ui.Select[ui.Modal] = ui.Select(
        min_values=0,
        max_values=len(KIND_ORDER),
        required=False,
        placeholder=t("Everything"),
        options=[SelectOption(label=shorten(kind_name(t, kind), MAX_OPTION), value=kind.value) for kind in KIND_ORDER],
    )
    return _question(
        t("Mention a role"),
        place.control("mention"),
        ui.Label(text=t("Role to mention"), component=role),
        _name(t, required=False),
        ui.Label(text=t("Only these kinds"), component=kinds),
    )


def _name(t: Words, *, required: bool) -> ui.Label[ui.Modal]:
    text: ui.TextInput[ui.Modal] = ui.TextInput(required=required, max_length=60)
    about = t("In any spelling") if required else t("In any spelling. Leave it empty for all of them.")
    return ui.Label(text=t("A drama, a person or a group"), description=about, component=text)


def _question(title: str, custom_id: str, *labels: ui.Label[ui.Modal]) -> ui.Modal:
    modal = ui.Modal(title=title, custom_id=custom_id)
    for label in labels:
        modal.add_item(label)
    # Stopped, as layouts are: its answer is handled by custom id, even after a restart.
    modal.stop()
    return modal
