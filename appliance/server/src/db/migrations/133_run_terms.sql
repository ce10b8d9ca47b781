-- A run keeps what its workflow said when it began: later changes of the workflow are for later runs.
ALTER TABLE runs ADD COLUMN kind TEXT NOT NULL DEFAULT 'smartphone';  -- of the keys
ALTER TABLE runs ADD COLUMN settings TEXT;                            -- as in workflows
ALTER TABLE runs ADD COLUMN audience TEXT;                            -- JSON array of groups.id; NULL = all users

UPDATE runs SET (kind, settings, audience) = (
    SELECT w.kind, w.settings, CASE WHEN w.everybody THEN NULL ELSE (
        SELECT json_group_array(g.group_id) FROM workflow_groups g WHERE g.workflow_id = w.id) END
    FROM workflows w WHERE w.id = runs.workflow_id);
