-- Days that come round every year, and the anniversaries of premieres.

-- A birthday, or the day of a debut. Of what is personal, there is no year.
CREATE TABLE year_day (
    id        BIGINT PRIMARY KEY REFERENCES fact ON DELETE CASCADE,
    entity_id BIGINT NOT NULL REFERENCES entity ON DELETE CASCADE,  -- the person or the group
    kind      TEXT COLLATE "C" NOT NULL CHECK (kind IN ('birthday', 'debut')),
    day       TEXT COLLATE "C" NOT NULL,  -- 'MM-DD'
    year      BIGINT,  -- when it was the first time
    CHECK (kind <> 'birthday' OR year IS NULL)
);
CREATE INDEX year_day_by_entity ON year_day (entity_id);
CREATE INDEX year_day_by_day ON year_day (day);

-- Premieres by the day of the year on which they begin, in UTC.
CREATE INDEX event_premiere_by_day ON event (substr(earliest, 6, 5)) WHERE kind = 'premiere' AND guild_id IS NULL;

-- Anniversaries are off until an admin chooses them, also where everything was chosen that there was.
UPDATE subscription SET kinds = ',premiere,episode,finale,ost_release,album_release,comeback,teaser,music_video,concert,fan_meeting,broadcast,watch_party,birthday,other,'
    WHERE kinds = ',*,';
