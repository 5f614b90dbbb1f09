-- What kind of failure ended a run, and which host a message was about, as values: no program has to read a sentence to know it.

-- NULL for a run that did not fail, and for one from before this column: exit_code tells its kind.
-- unless column sync_logs.failure_kind
ALTER TABLE sync_logs
    ADD COLUMN failure_kind VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL DEFAULT NULL;

-- NULL but for the topic new_host.
-- unless column stocksync_alerts.subject
ALTER TABLE stocksync_alerts ADD COLUMN subject VARCHAR(255) NULL DEFAULT NULL;

-- The host was the last word of the title: what was told already is not told again.
UPDATE stocksync_alerts
SET subject = LEFT(SUBSTRING_INDEX(title, ' ', -1), 255), created_at = created_at
WHERE topic = 'new_host' AND subject IS NULL;
