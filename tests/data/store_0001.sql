BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE body (
	seq INTEGER NOT NULL, 
	codec VARCHAR(16) NOT NULL, 
	data BLOB NOT NULL, 
	CONSTRAINT pk_body PRIMARY KEY (seq), 
	CONSTRAINT fk_body_seq_version FOREIGN KEY(seq) REFERENCES version (seq)
);
INSERT INTO "body" VALUES(1,'zlib',X'785EAB562A53B232AC05000893021E');
INSERT INTO "body" VALUES(2,'zlib',X'785EAB562A53B232AC05000893021E');
INSERT INTO "body" VALUES(3,'zlib',X'785EAB562A53B232AA05000895021F');
CREATE TABLE comparison (
	seq INTEGER NOT NULL, 
	catalogue_revision INTEGER NOT NULL, 
	codec VARCHAR(16) NOT NULL, 
	data BLOB NOT NULL, 
	CONSTRAINT pk_comparison PRIMARY KEY (seq), 
	CONSTRAINT fk_comparison_seq_version FOREIGN KEY(seq) REFERENCES version (seq)
);
INSERT INTO "comparison" VALUES(3,1,'zlib',X'785EAB564ACE48CC4B4F2D56B28A8EAD050025CD0508');
CREATE TABLE exempt (
	name TEXT NOT NULL, 
	nct_id VARCHAR(11) NOT NULL, 
	direction VARCHAR(16) NOT NULL, 
	base INTEGER NOT NULL, 
	CONSTRAINT pk_exempt PRIMARY KEY (name, nct_id), 
	CONSTRAINT fk_exempt_name_reader FOREIGN KEY(name) REFERENCES reader (name)
);
INSERT INTO "exempt" VALUES('ana','NCT99000002','behind',2);
CREATE TABLE fault (
	part TEXT NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	since VARCHAR(27) NOT NULL, 
	message TEXT NOT NULL, 
	told_at VARCHAR(27), 
	CONSTRAINT pk_fault PRIMARY KEY (part)
);
INSERT INTO "fault" VALUES('email ana','told','2026-03-13T14:05:00.000000Z','550 no such user','2026-03-13T14:05:00.000000Z');
CREATE TABLE message (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	recipient TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	part INTEGER NOT NULL, 
	subject TEXT NOT NULL, 
	message_id TEXT NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	step VARCHAR(24) NOT NULL, 
	attempts INTEGER NOT NULL, 
	unclear INTEGER NOT NULL, 
	crashes INTEGER NOT NULL, 
	created_at VARCHAR(27) NOT NULL, 
	queued_at VARCHAR(27) NOT NULL, 
	next_attempt_at VARCHAR(27), 
	last_reply TEXT NOT NULL, 
	ended_at VARCHAR(27), 
	CONSTRAINT uq_message_message_id UNIQUE (message_id)
);
INSERT INTO "message" VALUES(1,'ana','email',1,'Digest 1','<1@x>','delivered','none',1,0,0,'2026-03-13T15:06:00.000000Z','2026-03-13T15:06:00.000000Z',NULL,'250 ok','2026-03-13T15:07:00.000000Z');
INSERT INTO "message" VALUES(2,'ana','slack:abc',1,'Digest 2','<2@x>','unknown','body_handed_over',1,1,0,'2026-03-13T15:06:00.000000Z','2026-03-13T15:06:00.000000Z','2026-03-13T15:08:00.000000Z','no answer',NULL);
INSERT INTO "message" VALUES(3,'ana','email',1,'Digest 3','<3@x>','dead','none',1,0,0,'2026-03-13T15:06:00.000000Z','2026-03-13T15:06:00.000000Z',NULL,'not configured','2026-03-13T15:08:00.000000Z');
CREATE TABLE milestone (
	nct_id VARCHAR(11) NOT NULL, 
	kind TEXT NOT NULL, 
	due_on DATE NOT NULL, 
	seq INTEGER NOT NULL, 
	CONSTRAINT pk_milestone PRIMARY KEY (nct_id, kind, due_on), 
	CONSTRAINT fk_milestone_seq_version FOREIGN KEY(seq) REFERENCES version (seq)
);
INSERT INTO "milestone" VALUES('NCT99000001','milestone.results_due','2026-06-01',3);
CREATE TABLE note (
	name TEXT NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_note PRIMARY KEY (name)
);
INSERT INTO "note" VALUES('reader:ana:address','[]');
INSERT INTO "note" VALUES('tally messages delivered email','1');
INSERT INTO "note" VALUES('tally messages unknown slack:abc','1');
INSERT INTO "note" VALUES('tally messages dead email','1');
INSERT INTO "note" VALUES('transport.passed','httpx');
INSERT INTO "note" VALUES('tally polls complete ','1');
CREATE TABLE payload (
	message INTEGER NOT NULL, 
	codec VARCHAR(16) NOT NULL, 
	data BLOB NOT NULL, 
	CONSTRAINT pk_payload PRIMARY KEY (message), 
	CONSTRAINT fk_payload_message_message FOREIGN KEY(message) REFERENCES message (id)
);
INSERT INTO "payload" VALUES(1,'zlib',X'785EABAE0500017500F9');
INSERT INTO "payload" VALUES(2,'zlib',X'785EABAE0500017500F9');
INSERT INTO "payload" VALUES(3,'zlib',X'785EABAE0500017500F9');
CREATE TABLE poll (
	id INTEGER NOT NULL, 
	started VARCHAR(27) NOT NULL, 
	finished VARCHAR(27) NOT NULL, 
	token TEXT, 
	outcome VARCHAR(16) NOT NULL, 
	read INTEGER NOT NULL, 
	unchanged INTEGER NOT NULL, 
	changed INTEGER NOT NULL, 
	stale INTEGER NOT NULL, 
	quarantined INTEGER NOT NULL, 
	missing INTEGER NOT NULL, 
	not_reached INTEGER NOT NULL, 
	note TEXT NOT NULL, 
	CONSTRAINT pk_poll PRIMARY KEY (id)
);
INSERT INTO "poll" VALUES(1,'2026-03-13T14:05:00.000000Z','2026-03-13T14:06:00.000000Z','2026-03-13T09:00:00','complete',2,0,0,0,0,0,0,'');
CREATE TABLE quarantine (
	nct_id VARCHAR(11) NOT NULL, 
	reason TEXT NOT NULL, 
	data_version TEXT, 
	fingerprint TEXT NOT NULL, 
	since VARCHAR(27) NOT NULL, 
	asked_at VARCHAR(27) NOT NULL, 
	codec VARCHAR(16) NOT NULL, 
	data BLOB NOT NULL, 
	CONSTRAINT pk_quarantine PRIMARY KEY (nct_id), 
	CONSTRAINT fk_quarantine_nct_id_trial FOREIGN KEY(nct_id) REFERENCES trial (nct_id)
);
INSERT INTO "quarantine" VALUES('NCT99000002','hollow','2026-03-14','f','2026-03-13T15:05:00.000000Z','2026-03-13T15:05:00.000000Z','zlib',X'785EABAE0500017500F9');
CREATE TABLE reader (
	name TEXT NOT NULL, 
	cursor INTEGER NOT NULL, 
	last_slot TEXT, 
	send TEXT NOT NULL, 
	started_at VARCHAR(27) NOT NULL, 
	welcomed_at VARCHAR(27), 
	CONSTRAINT pk_reader PRIMARY KEY (name)
);
INSERT INTO "reader" VALUES('ana',3,'2026-03-14T07:30','daily 07:30','2026-03-13T14:05:00.000000Z','2026-03-13T15:06:00.000000Z');
INSERT INTO "reader" VALUES('bea',2,NULL,'immediate','2026-03-13T14:05:00.000000Z',NULL);
CREATE TABLE reader_channel (
	name TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	since_seq INTEGER NOT NULL, 
	CONSTRAINT pk_reader_channel PRIMARY KEY (name, channel), 
	CONSTRAINT fk_reader_channel_name_reader FOREIGN KEY(name) REFERENCES reader (name)
);
INSERT INTO "reader_channel" VALUES('ana','email',2);
INSERT INTO "reader_channel" VALUES('ana','slack:abc',2);
INSERT INTO "reader_channel" VALUES('bea','folder:digests',2);
CREATE TABLE snooze (
	recipient TEXT NOT NULL, 
	nct_id TEXT NOT NULL, 
	until VARCHAR(27) NOT NULL, 
	CONSTRAINT pk_snooze PRIMARY KEY (recipient, nct_id)
);
INSERT INTO "snooze" VALUES('ana','NCT99000001','2026-03-14T00:05:00.000000Z');
CREATE TABLE suspension (
	channel TEXT NOT NULL, 
	recipient TEXT NOT NULL, 
	since VARCHAR(27) NOT NULL, 
	reason TEXT NOT NULL, 
	fingerprint TEXT NOT NULL, 
	CONSTRAINT pk_suspension PRIMARY KEY (channel, recipient)
);
INSERT INTO "suspension" VALUES('email','ana','2026-03-13T14:05:00.000000Z','550','f');
CREATE TABLE trial (
	nct_id VARCHAR(11) NOT NULL, 
	life VARCHAR(16) NOT NULL, 
	watched BOOLEAN NOT NULL, 
	starts_anew BOOLEAN NOT NULL, 
	fingerprint TEXT, 
	canonical_hash TEXT, 
	data_version TEXT, 
	newest_seq INTEGER, 
	checked_token TEXT, 
	checked_at VARCHAR(27), 
	missing_since TEXT, 
	merged_into VARCHAR(11), 
	CONSTRAINT pk_trial PRIMARY KEY (nct_id), 
	CONSTRAINT fk_trial_newest_seq_version FOREIGN KEY(newest_seq) REFERENCES version (seq)
);
INSERT INTO "trial" VALUES('NCT99000001','present',1,0,'print of b''{"v":2}''','hash of b''{"v":2}''','2026-03-13',3,'2026-03-13T09:00:00','2026-03-13T14:05:00.000000Z',NULL,NULL);
INSERT INTO "trial" VALUES('NCT99000002','quarantined',1,0,'print of b''{"v":1}''','hash of b''{"v":1}''','2026-03-13',2,'2026-03-13T09:00:00','2026-03-13T14:05:00.000000Z',NULL,NULL);
INSERT INTO "trial" VALUES('NCT99000003','absent',1,0,NULL,NULL,NULL,NULL,NULL,NULL,'2026-03-14',NULL);
CREATE TABLE version (
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	nct_id VARCHAR(11) NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	baseline BOOLEAN NOT NULL, 
	canonical_hash TEXT, 
	data_version TEXT, 
	last_update_posted TEXT, 
	title TEXT NOT NULL, 
	seen_at VARCHAR(27) NOT NULL, 
	severity VARCHAR(16)
);
INSERT INTO "version" VALUES(1,'NCT99000001','record',1,'hash of b''{"v":1}''','2026-03-13','2026-03-11','A trial of something','2026-03-13T14:05:00.000000Z',NULL);
INSERT INTO "version" VALUES(2,'NCT99000002','record',1,'hash of b''{"v":1}''','2026-03-13','2026-03-11','A trial of something','2026-03-13T14:05:00.000000Z',NULL);
INSERT INTO "version" VALUES(3,'NCT99000001','record',0,'hash of b''{"v":2}''','2026-03-13','2026-03-11','A trial of something','2026-03-13T15:05:00.000000Z','major');
CREATE INDEX ix_message_state_channel ON message (state, channel);
CREATE INDEX ix_version_nct_id_seq ON version (nct_id, seq);
CREATE INDEX ix_version_seen_at ON version (seen_at);
CREATE INDEX ix_milestone_due_on ON milestone (due_on);
CREATE INDEX ix_trial_checked_token ON trial (checked_token);
CREATE INDEX ix_trial_newest_seq ON trial (newest_seq);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('version',3);
INSERT INTO "sqlite_sequence" VALUES('message',3);
COMMIT;
