"""What members see who press "Notify me", and admins who decide about it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from discord import ButtonStyle, SelectOption, ui

from bot.announcements.subject_role import MAX_ROLES, SubjectRole
from bot.catalogue.model import Label
from bot.errors import RoleError, RoleTrouble
from bot.render import phrases, wording
from bot.render.card import MAX_MENU, MAX_OPTION, Accent, Row, notice, shorten
from bot.render.controls import button
from bot.render.reasons import permission_names
from bot.search import Entry
from bot.text import Words

MAX_NAME = 100
"""Characters of a role's name (https://discord.com/developers/docs/resources/guild#create-guild-role)."""

LEAVE = "notify-leave"
"""The custom id of the menu by which a member leaves roles; the page follows."""
PAGE = "notify-page"
"""The custom id of a button that shows another page of a member's roles; the page follows."""
OFFER = "notify-offer"
"""The custom id of a button by which an admin lets members be offered roles (1), or no longer (0)."""

_MOST_LISTED = 40
"""The most roles that an admin sees: those with the most members."""


@dataclass(frozen=True, slots=True)
class Places:
    """The channels that a member sees and a server announces in: those where a role is pinged, and where not."""

    pinged: Sequence[int]
    silent: Sequence[int]


def role_name(t: Words, entry: Entry, taken: Collection[str]) -> str:
    """What the role of a subject is called, in a server that has roles of other names."""
    name = wording.called(t, entry.label)
    clear = wording.told_apart(t, entry) if name in taken else name
    return shorten(" ".join(clear.split()), MAX_NAME) or t("untitled")


def joined(t: Words, subject: Label, role_id: int, places: Places, others: Sequence[Label]) -> ui.LayoutView:
    """A member got a role. `others`: what else it stands for."""
    role = f"<@&{role_id}>"
    if places.pinged:
        where = _channels(t, places.pinged)
        lines = [t("You have {role} now. I mention it in {channels} when there is news.", role=role, channels=where)]
    elif places.silent:
        lines = [t("You have {role} now.", role=role)]
    else:
        lines = [
            t("You have {role} now. But nothing is announced in a channel that you can see.", role=role),
            t("An admin can turn announcements on with `/announcements setup`."),
        ]
    if places.silent:
        where, needed = _channels(t, places.silent), permission_names(t, ["mention_everyone"])
        said = t(
            "In {channels} I can't ping it: ask an admin to give me {permission}.", channels=where, permission=needed
        )
        lines.append(f"⚠️ {said}")
    if others:
        lines.append(t("It is also the role for {names}.", names=_names(t, others)))
    lines.append(t("Press “Notify me” again to stop. `/notify list` shows everything I tell you about."))
    return notice(Accent.DATES, t("🔔 I'll tell you about {name}", name=phrases.called(t, subject)), "\n".join(lines))


def left(t: Words, subject: Label, roles: Sequence[int], others: Sequence[Label]) -> ui.LayoutView:
    """A member gave up the roles of a subject. `others`: what else they stood for."""
    lines = [t("I took {role} from you.", role=t.join_list([f"<@&{role_id}>" for role_id in roles]))]
    if others:
        lines.append(t("It was also the role for {names}.", names=_names(t, others)))
    lines.append(t("Press “Notify me” again if you change your mind."))
    title = t("🔕 I won't tell you about {name} any more", name=phrases.called(t, subject))
    return notice(Accent.BOT, title, "\n".join(lines))


def _channels(t: Words, ids: Iterable[int]) -> str:
    return t.join_list([f"<#{id_}>" for id_ in ids])


def _names(t: Words, subjects: Iterable[Label]) -> str:
    return shorten(t.join_list([phrases.called(t, subject) for subject in subjects]), 500)


def told(t: Words, roles: Sequence[SubjectRole], page: int = 0) -> ui.LayoutView:
    """What a member is told of in a server, with a menu to leave."""
    title = t("What I tell you about here")
    if not roles:
        return notice(Accent.DATES, title, t("Nothing yet: press “Notify me” under a post or a card."))
    pages = -(-len(roles) // MAX_MENU)
    page = min(page, pages - 1)
    shown = roles[page * MAX_MENU : (page + 1) * MAX_MENU]
    lines = [f"- <@&{one.role_id}> — {shorten(_names(t, one.subjects), 80)}" for one in shown]
    menu: ui.Select[ui.LayoutView] = ui.Select(
        custom_id=f"{LEAVE}:{page}", placeholder=t("Stop telling me about…"), max_values=len(shown)
    )
    for one in shown:
        name = t.join_list([wording.called(t, subject).strip() or t("untitled") for subject in one.subjects])
        menu.append_option(SelectOption(label=shorten(name, MAX_OPTION), value=str(one.role_id)))
    rows: list[Row] = [ui.ActionRow(menu)]
    if pages > 1:
        lines.append(f"-# {t('Page {page} of {pages}', page=page + 1, pages=pages)}")
        turns = [(t("Back"), page - 1), (t("Next"), page + 1)]
        rows.append(ui.ActionRow(*(button(name, f"{PAGE}:{to}") for name, to in turns if 0 <= to < pages)))
    return notice(Accent.DATES, title, "\n".join(lines), *rows)


def trouble_words(t: Words, error: RoleError) -> tuple[str, str]:
    """Title and body for a member who cannot be given a role, or from whom it cannot be taken."""
    role = f"<@&{error.role_id}>"
    match error.trouble:
        case RoleTrouble.OFF:
            how = t("An admin can turn it on with `/announcements notify`.")
            return t("“Notify me” is turned off in this server"), how
        case RoleTrouble.FORBIDDEN:
            needed = permission_names(t, ["manage_roles"])
            return t("I may not give roles here"), t("Ask an admin to give me {permission}.", permission=needed)
        case RoleTrouble.ABOVE:
            how = t("Ask an admin to move my role above {role}, in the server settings under Roles.", role=role)
            return t("That role is above mine"), how
        case RoleTrouble.NOT_OURS_TO_GIVE:
            how = t("{role} is everybody's, or belongs to another app. An admin can choose another one.", role=role)
            return t("I can't give that role to anybody"), how
        case RoleTrouble.NOT_YOURS:
            how = t("Choose a role that you could give by hand: with “Manage Roles”, and below your own highest role.")
            return t("You can't let others have that role"), how
        case RoleTrouble.POWERFUL:
            how = t("{role} comes with permissions, so nobody gets it by pressing a button.", role=role)
            return t("I don't give that role"), f"{how} {t('An admin can choose another one, or take them from it.')}"
        case RoleTrouble.FULL:
            how = t("I remove one when nobody has had it for 30 days. An admin can delete one that nobody needs.")
            return t("This server has {n} of these roles already", n=MAX_ROLES), how
        case RoleTrouble.SERVER_FULL:
            how = t("Discord allows 250. Ask an admin to delete one that nobody needs.")
            return t("This server can't have more roles"), how
        case RoleTrouble.NO_ANSWER:
            return t("Discord didn't answer in time"), t("Press “Notify me” once more in a minute.")
        case RoleTrouble.LEFT:
            return t("You're no longer in this server"), ""


def chosen(t: Words, subject: Label, role_id: int | None) -> ui.LayoutView:
    """An admin chose which role members get for a subject."""
    name = phrases.called(t, subject)
    if role_id is None:
        body = t("When somebody presses “Notify me” for {name}, I use a role of my own.", name=name)
    else:
        role = f"<@&{role_id}>"
        body = t("Whoever presses “Notify me” for {name} gets {role}, and news mention it.", name=name, role=role)
    return notice(Accent.DATES, t("Saved"), body)


@dataclass(frozen=True, slots=True)
class Offered:
    """Whether a server offers roles, which ones it has, how many members each has, and whether the bot may give them.

    `members` is empty where that is not known.
    """

    on: bool
    roles: Sequence[SubjectRole]
    allowed: bool
    members: Mapping[int, int]


def settings(t: Words, found: Offered) -> ui.LayoutView:
    """What admins see of the roles, with a switch."""
    lines = [
        t("Members press “Notify me” under a post or a card, and get a role that I mention when there is news."),
        *warnings(t, found),
    ]
    ordered = sorted(found.roles, key=lambda one: -found.members.get(one.role_id, 0))
    lines += [
        f"- <@&{one.role_id}>{people(t, found.members, one.role_id)} — {shorten(_names(t, one.subjects), 60)}"
        + ("" if one.own else f" · {t('your own role')}")
        for one in ordered[:_MOST_LISTED]
    ]
    if len(ordered) > _MOST_LISTED:
        more = len(ordered) - _MOST_LISTED
        lines.append(t.plural("… and {n} more", "… and {n} more", more))
    if found.on:
        lines.append(phrases.small(t("Use a role of yours with `/announcements role`. Unused roles go after 30 days.")))
    switch = button(
        t("Turn off") if found.on else t("Turn on"),
        f"{OFFER}:{int(not found.on)}",
        ButtonStyle.secondary if found.on else ButtonStyle.primary,
    )
    title = t("“Notify me” is on") if found.on else t("“Notify me” is off")
    return notice(Accent.DATES, title, "\n".join(lines), ui.ActionRow(switch))


def warnings(t: Words, found: Offered) -> list[str]:
    """What keeps members from getting roles, one per line."""
    if not found.on or found.allowed:
        return []
    needed = permission_names(t, ["manage_roles"])
    return [t("⚠️ “Notify me” doesn't work yet: I need {permission} to give members roles.", permission=needed)]


def people(t: Words, members: Mapping[int, int], role_id: int) -> str:
    """How many members have a role, in brackets; empty if that is not known."""
    if not members:
        return ""
    count = members.get(role_id, 0)
    return f" ({t.plural('{n} person', '{n} people', count)})"
