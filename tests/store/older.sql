-- Rows of an older database, a section for each version that brought the tables: at least one in every table.

-- version 1
INSERT INTO source VALUES (1, 'herald-1', 'The Herald', '2024-12-16', 'https://herald.example/1', NULL, 'A note', 'seeds/a.toml');
INSERT INTO entity VALUES (1, 'work', 'stars', 'drama', 'cast', 'seeds/a.toml'), (2, 'person', 'jin', NULL, NULL, 'seeds/a.toml'),
    (3, 'character', 'gong-ryong', NULL, NULL, 'seeds/a.toml'), (4, 'track', 'close-to-you', NULL, NULL, 'seeds/a.toml'),
    (5, 'group', 'bts', NULL, NULL, 'seeds/b.toml'), (6, 'organisation', 'tvn', 'network', NULL, 'seeds/b.toml'),
    (7, 'album', 'happy', NULL, NULL, 'seeds/b.toml');
INSERT INTO fact VALUES (1, 1, 'name', 0, 'stated', NULL), (2, 1, 'detail', 0, 'stated', NULL), (3, 1, 'money', 1, 'reported', '{"en": "why"}'),
    (4, 1, 'link', 0, 'stated', NULL), (5, 3, 'relation', 0, 'stated', NULL), (6, 2, 'membership', 0, 'stated', NULL),
    (7, 1, 'credit', 0, 'stated', NULL), (8, 1, 'crew', 0, 'stated', NULL), (9, 1, 'airing', 0, 'stated', NULL),
    (10, 4, 'ost', 0, 'stated', NULL), (11, 4, 'performer', 0, 'stated', NULL), (12, 4, 'event', 0, 'stated', NULL),
    (13, 1, 'event', 0, 'stated', NULL), (14, 4, 'name', 0, 'stated', NULL);
INSERT INTO fact_source SELECT id, 1, 0 FROM fact;
INSERT INTO name VALUES (1, 1, 'When the Stars Gossip', 'official', 'en', 0), (14, 4, 'Close to You', 'official', 'en', 0);
INSERT INTO detail VALUES (2, 1, 'genre', '{"en": "romance"}', 0);
INSERT INTO money VALUES (3, 1, 'budget', 50000000000, 'KRW', 'about', 0);
INSERT INTO link VALUES (4, 1, 'teaser', 'https://herald.example/teaser');
INSERT INTO relation VALUES (5, 3, 3, 'meets');
INSERT INTO membership VALUES (6, 2, 5);
INSERT INTO credit VALUES (7, 1, 2, 3, 'lead', NULL, 0, NULL);
INSERT INTO crew VALUES (8, 1, 2, 'writer');
INSERT INTO airing VALUES (9, 1, 6, 'sat,sun', '21:20', 'Asia/Seoul', NULL);
INSERT INTO ost VALUES (10, 4, 1, 4, 1);
INSERT INTO performer VALUES (11, 4, 2, 0, NULL);
INSERT INTO event VALUES
    (12, 4, 'ost_release', 0, 0, 'confirmed', 2, '2025-01-26T09:00:00Z', '2025-01-26T09:00:00Z', 'minute', 'Asia/Seoul', NULL, 1, 'premiere', '2025-01-01T00:00:00Z'),
    (13, 1, 'premiere', 0, 0, 'confirmed', 1, '2025-01-03T15:00:00Z', '2025-01-04T15:00:00Z', 'day', 'Asia/Seoul', NULL, NULL, NULL, '2025-01-01T00:00:00Z');
INSERT INTO event_past VALUES (12, 1, '2025-01-24T15:00:00Z', '2025-01-25T15:00:00Z', 'day', 'Asia/Seoul', NULL);
UPDATE catalogue SET revision = 7;

-- version 2: servers 10 (follows), 20 (has been left, with two channels), 30 (only follows), 40 (only a delivery is left of it)
INSERT INTO subscription (id, guild_id, channel_id, role_id, language, zone, kinds, stages, grace, since, left_at) VALUES
    (1, 10, 11, 12, 'en', 'UTC', ',premiere,', ',now,', 21600, '2025-01-01T00:00:00Z', NULL),
    (2, 20, 21, NULL, 'ko', 'Asia/Seoul', ',premiere,episode,finale,ost_release,album_release,', ',now,', 21600, '2025-01-01T00:00:00Z', '2025-01-02T00:00:00Z'),
    (3, 20, 22, NULL, 'ko', 'Asia/Seoul', ',premiere,ost_release,', ',now,', 21600, '2025-01-01T00:00:00Z', '2025-01-02T00:00:00Z');
INSERT INTO follow VALUES (10, 2), (30, 1);
UPDATE subscriptions SET revision = 3;
INSERT INTO delivery (id, event_id, revision, stage, guild_id, channel_id, due_at, send_at, day, expires_at, state, nonce, try_at, attempts, message_id, settled_at) VALUES
    (1, 12, 2, 'now', 10, 11, '2025-01-26T09:00:00Z', '2025-01-26T09:00:00Z', '2025-01-26', '2025-01-26T15:00:00Z', 'planned', 'nonce-1', '2025-01-26T09:00:00Z', 0, NULL, NULL),
    (2, 13, 1, 'now', 40, 41, '2025-01-04T00:00:00Z', '2025-01-04T00:00:00Z', '2025-01-04', '2025-01-04T06:00:00Z', 'sent', 'nonce-2', NULL, 1, 99, '2025-01-04T00:00:02Z');
INSERT INTO command_sync VALUES ('global', 'digest', '{"ost": 1}');

-- version 3
INSERT INTO searched_again VALUES ('work', 'stars');

-- version 4
INSERT INTO chore VALUES (2, 'thread', '2025-01-04T00:00:02Z', '2025-01-04T00:00:02Z', 0);
INSERT INTO guild_event VALUES (10, 'mark', 13, '2025-01-04T12:20:00Z', '2025-01-04T13:20:00Z', 'wanted', 77, '2025-01-04T13:20:00Z', NULL, 0, NULL);

-- version 7
INSERT INTO source VALUES (2, 'herald-2', 'The Herald', NULL, NULL, NULL, NULL, 'seed:seeds/a.toml', 'Who plays whom');

-- version 9
INSERT INTO fact (id, entity_id, shape, rank, certainty, note, origin, precedence) VALUES (15, 1, 'external_id', 0, 'stated', NULL, 'import:wikidata/Q1', 20);
INSERT INTO external_id VALUES (15, 1, 'wikidata', 'Q1');
INSERT INTO record VALUES ('wikidata', 'Q1', '17', 'digest', 1, NULL, 'held');
INSERT INTO sync_run (id, provider, path, complete, started) VALUES (1, 'wikidata', '', 1, '2025-01-01T00:00:00Z');
INSERT INTO doubt VALUES ('wikidata', 'Q2', 'person', 'jin', 'the same name', '2025-01-01T00:00:00Z');
INSERT INTO entity (id, kind, slug) VALUES (8, 'person', 'kim-seok-jin');
INSERT INTO merged VALUES (1, 8, 2, '{}', '2025-01-01T00:00:00Z');
-- version 10
INSERT INTO saved_index VALUES (1, x'0123456789abcdef0123456789abcdef', 5);

-- version 11
INSERT INTO lease VALUES ('leader', 'p', '2025-01-01T00:00:00.000000Z', 0, '');

-- version 12
INSERT INTO subject_role (id, guild_id, entity_id, own, state, role_id, name, try_at) VALUES (1, 10, 1, 1, 'standing', 12, 'Stars', '2025-01-02T00:00:00Z');

-- version 13
UPDATE subscription SET tags = '12,34' WHERE id = 1;
UPDATE delivery SET thread_id = message_id WHERE message_id IS NOT NULL;

-- version 14
INSERT INTO entity (id, kind, slug, guild_id) VALUES (9, 'occasion', '0a1b', 10);
INSERT INTO occasion (entity_id, kind, day, zone, about_id, created_at) VALUES (9, 'concert', '2025-02-01', 'Asia/Seoul', 1, '2025-01-01T00:00:00Z');
INSERT INTO occasion_exception VALUES (9, 0, 1, NULL, NULL, NULL);

-- version 15
INSERT INTO pending VALUES ('0123456789abcdef', 10, NULL, '[]', '2025-01-01T00:00:00Z');
UPDATE server SET schedule_role_id = 13 WHERE guild_id = 10;

-- version 16
UPDATE occasion SET rsvp = 1, attendee_role_id = 14 WHERE entity_id = 9;
INSERT INTO rsvp SELECT min(id), 21, 10, 'in', '2025-01-01T00:00:00Z' FROM event;
INSERT INTO attendee_role VALUES (10, 21, 14, NULL, 0, 0);

-- version 17
INSERT INTO fact (id, entity_id, shape, rank, certainty, origin) VALUES (100, 2, 'year_day', 0, 'stated', 'seed:seeds/a.toml');
INSERT INTO year_day VALUES (100, 2, 'birthday', '12-04', NULL);

-- version 18
UPDATE subscription SET expected = 1 WHERE id = 1;

-- version 19
INSERT INTO channel_follow SELECT channel_id, 1 FROM subscription WHERE id = 1;
INSERT INTO mention (id, channel_id, role_id, kinds, entity_id) SELECT 1, channel_id, 15, ',*,', 1 FROM subscription WHERE id = 1;

-- version 20
UPDATE subscription SET threads = 3, lock_after = 3600 WHERE id = 1;
UPDATE delivery SET thread_of = id WHERE message_id IS NOT NULL;
INSERT INTO subject_thread SELECT 11, 1, 10, min(id) FROM delivery;
