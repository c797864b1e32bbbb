-- What changed that search shows: names, what tells entities apart, and how much there is of them.
BEGIN IMMEDIATE;

-- One row for each entity that was ever added, changed or removed; its serial number goes up each time, so that
-- whoever knows the catalogue up to a number asks for those with higher ones. Written by the triggers below alone,
-- whoever makes the change and from whatever process.
CREATE TABLE searched (
    kind   TEXT NOT NULL,
    slug   TEXT NOT NULL,
    serial INTEGER NOT NULL,
    PRIMARY KEY (kind, slug)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX searched_by_serial ON searched (serial);

-- `INSERT INTO searched_again VALUES (kind, slug)`: the entity has changed. A view, since triggers cannot call functions.
CREATE VIEW searched_again AS SELECT kind, slug FROM searched;
CREATE TRIGGER searched_again INSTEAD OF INSERT ON searched_again BEGIN
    INSERT INTO searched VALUES (NEW.kind, NEW.slug, (SELECT coalesce(max(serial), 0) + 1 FROM searched))
        ON CONFLICT (kind, slug) DO UPDATE SET serial = excluded.serial;
END;

CREATE TRIGGER searched_entity_added AFTER INSERT ON entity BEGIN
    INSERT INTO searched_again VALUES (NEW.kind, NEW.slug);
END;
CREATE TRIGGER searched_entity_changed AFTER UPDATE OF kind, slug ON entity BEGIN
    INSERT INTO searched_again VALUES (OLD.kind, OLD.slug);
    INSERT INTO searched_again VALUES (NEW.kind, NEW.slug);
END;
CREATE TRIGGER searched_entity_removed AFTER DELETE ON entity BEGIN
    INSERT INTO searched_again VALUES (OLD.kind, OLD.slug);
END;

CREATE TRIGGER searched_name_added AFTER INSERT ON name BEGIN
    INSERT INTO searched_again SELECT kind, slug FROM entity WHERE id IN (NEW.entity_id);
END;
CREATE TRIGGER searched_name_changed AFTER UPDATE ON name BEGIN
    INSERT INTO searched_again SELECT kind, slug FROM entity WHERE id IN (OLD.entity_id, NEW.entity_id);
END;
CREATE TRIGGER searched_name_removed AFTER DELETE ON name BEGIN
    INSERT INTO searched_again SELECT kind, slug FROM entity WHERE id IN (OLD.entity_id);
END;

CREATE TRIGGER searched_event_added AFTER INSERT ON event BEGIN
    INSERT INTO searched_again SELECT kind, slug FROM entity WHERE id IN (NEW.entity_id);
END;
CREATE TRIGGER searched_event_changed AFTER UPDATE ON event BEGIN
    INSERT INTO searched_again SELECT kind, slug FROM entity WHERE id IN (OLD.entity_id, NEW.entity_id);
END;
CREATE TRIGGER searched_event_removed AFTER DELETE ON event BEGIN
    INSERT INTO searched_again SELECT kind, slug FROM entity WHERE id IN (OLD.entity_id);
END;

CREATE TRIGGER searched_membership_added AFTER INSERT ON membership BEGIN
    INSERT INTO searched_again SELECT kind, slug FROM entity WHERE id IN (NEW.entity_id);
END;
CREATE TRIGGER searched_membership_changed AFTER UPDATE ON membership BEGIN
    INSERT INTO searched_again SELECT kind, slug FROM entity WHERE id IN (OLD.entity_id, NEW.entity_id);
END;
CREATE TRIGGER searched_membership_removed AFTER DELETE ON membership BEGIN
    INSERT INTO searched_again SELECT kind, slug FROM entity WHERE id IN (OLD.entity_id);
END;

CREATE TRIGGER searched_credit_added AFTER INSERT ON credit BEGIN
    INSERT INTO searched_again SELECT kind, slug FROM entity WHERE id IN (NEW.entity_id, NEW.person_id);
END;
CREATE TRIGGER searched_credit_changed AFTER UPDATE ON credit BEGIN
    INSERT INTO searched_again SELECT kind, slug FROM entity WHERE id IN (OLD.entity_id, OLD.person_id, NEW.entity_id, NEW.person_id);
END;
CREATE TRIGGER searched_credit_removed AFTER DELETE ON credit BEGIN
    INSERT INTO searched_again SELECT kind, slug FROM entity WHERE id IN (OLD.entity_id, OLD.person_id);
END;

CREATE TRIGGER searched_performer_added AFTER INSERT ON performer BEGIN
    INSERT INTO searched_again SELECT kind, slug FROM entity WHERE id IN (NEW.entity_id, NEW.artist_id);
END;
CREATE TRIGGER searched_performer_changed AFTER UPDATE ON performer BEGIN
    INSERT INTO searched_again SELECT kind, slug FROM entity WHERE id IN (OLD.entity_id, OLD.artist_id, NEW.entity_id, NEW.artist_id);
END;
CREATE TRIGGER searched_performer_removed AFTER DELETE ON performer BEGIN
    INSERT INTO searched_again SELECT kind, slug FROM entity WHERE id IN (OLD.entity_id, OLD.artist_id);
END;

CREATE TRIGGER searched_ost_added AFTER INSERT ON ost BEGIN
    INSERT INTO searched_again SELECT kind, slug FROM entity WHERE id IN (NEW.entity_id, NEW.work_id);
END;
CREATE TRIGGER searched_ost_changed AFTER UPDATE ON ost BEGIN
    INSERT INTO searched_again SELECT kind, slug FROM entity WHERE id IN (OLD.entity_id, OLD.work_id, NEW.entity_id, NEW.work_id);
END;
CREATE TRIGGER searched_ost_removed AFTER DELETE ON ost BEGIN
    INSERT INTO searched_again SELECT kind, slug FROM entity WHERE id IN (OLD.entity_id, OLD.work_id);
END;

PRAGMA user_version = 3;
COMMIT;
