"""When something is to take place, in people's words, English and Korean, as they type on phones. Pure.

`scanning` cuts a text into pieces by `rules`, `sorting` says what each piece is of, and `reading` finds the day, the
time and the repeat that all of them allow. `writing` is the way back.
"""

from bot.occasions.asked.model import Asked, Reason
from bot.occasions.asked.reading import read
from bot.occasions.asked.writing import written

__all__ = ["Asked", "Reason", "read", "written"]
