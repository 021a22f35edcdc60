"""The tables of the sandbox's SQLite file.

Knows columns only. Moments that the API shows are text in Runflow's own format; moments that only
the workers look at (``due_at``) are seconds since 1970.
"""

VERSION = 2

SCHEMA = """
CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
);
CREATE TABLE organisation (
    id TEXT PRIMARY KEY,
    balance_cents INTEGER NOT NULL,
    is_revoked INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL
);
CREATE TABLE callback_secret (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organisation,
    secret TEXT NOT NULL,
    label TEXT,
    is_current INTEGER NOT NULL,
    disabled_at TEXT,
    last_used_at TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
CREATE TABLE asset (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organisation,
    name TEXT NOT NULL,
    declared_type TEXT NOT NULL,
    source_type TEXT NOT NULL,
    file_name TEXT,
    mime_type TEXT,
    size_bytes INTEGER,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
CREATE TABLE run (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organisation,
    model TEXT NOT NULL,
    status_code TEXT NOT NULL,
    input TEXT NOT NULL,
    metadata TEXT,
    client_ref TEXT,
    callback_url TEXT,
    faults TEXT NOT NULL,
    request_id TEXT NOT NULL,
    output_files TEXT,
    engine TEXT,
    cost TEXT,
    failure_code TEXT,
    failure_message TEXT,
    failure_stage_code TEXT,
    created_at TEXT NOT NULL,
    started_at TEXT,
    completed_at TEXT,
    duration_ms INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at REAL
);
CREATE INDEX run_by_reference ON run (org_id, client_ref);
CREATE INDEX run_due ON run (due_at) WHERE due_at IS NOT NULL;
CREATE TABLE evaluation (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organisation,
    status_code TEXT NOT NULL,
    request TEXT NOT NULL,
    overall_passed INTEGER,
    weighted_pass_rate REAL,
    top_issues TEXT,
    cost TEXT,
    created_at TEXT NOT NULL,
    completed_at TEXT,
    due_at REAL
);
CREATE INDEX evaluation_due ON evaluation (due_at) WHERE due_at IS NOT NULL;
CREATE TABLE idempotency (
    org_id TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    reply TEXT NOT NULL,
    PRIMARY KEY (org_id, idempotency_key)
);
CREATE TABLE delivery (
    id TEXT PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES run,
    callback_url TEXT NOT NULL,
    payload_bytes TEXT NOT NULL,
    signature TEXT,
    signing_secret_id TEXT,
    is_automatic INTEGER NOT NULL,
    status_code TEXT NOT NULL,
    failure_reason_code TEXT,
    failure_detail TEXT,
    attempt_count INTEGER NOT NULL DEFAULT 0,
    max_attempts INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    completed_at TEXT,
    due_at REAL
);
CREATE INDEX delivery_by_run ON delivery (run_id);
CREATE INDEX delivery_due ON delivery (due_at) WHERE due_at IS NOT NULL;
CREATE TABLE delivery_attempt (
    id TEXT PRIMARY KEY,
    delivery_id TEXT NOT NULL REFERENCES delivery,
    attempt_number INTEGER NOT NULL,
    status_code INTEGER,
    response_body TEXT,
    response_time_ms INTEGER NOT NULL,
    error_message TEXT,
    created_at TEXT NOT NULL
);
CREATE INDEX attempt_by_delivery ON delivery_attempt (delivery_id);
"""
