"""File-share accesses of Windows events as collectors write them, in DuckDB: duckdb_windows.py FILES.jsonl[.gz] ROWS.jsonl

byoml's default selection, written a second time and in SQL: events 5140 and 5145, counted per (tenant, user, share, day in UTC). FILES may
be a pattern. The rows are written, a JSON array a line.
"""
import json
import sys

import duckdb

files, out = sys.argv[1:]
connection = duckdb.connect()
# A plain timestamp would lose the offset and with it, now and then, the day.
connection.execute("set TimeZone = 'UTC'")
connection.execute("""
    create macro named(domain, name) as
        case when nullif(name, '') is null then null when nullif(domain, '') is null then name else domain || '\\' || name end
""")
cursor = connection.execute(
    """
    with events as (
        select
            coalesce(EventID, event_id, winlog ->> 'event_id') as id,
            coalesce(nullif(TenantId, ''), nullif(tenant, ''), '0') as tenant,
            coalesce(
                nullif(Account, ''),
                named(SubjectDomainName, SubjectUserName),
                named(event_data ->> 'SubjectDomainName', event_data ->> 'SubjectUserName'),
                named(winlog -> 'event_data' ->> 'SubjectDomainName', winlog -> 'event_data' ->> 'SubjectUserName')
            ) as account,
            coalesce(
                nullif(ShareName, ''), nullif(event_data ->> 'ShareName', ''), nullif(winlog -> 'event_data' ->> 'ShareName', '')
            ) as share,
            strftime(coalesce(TimeGenerated, TimeCreated, "@timestamp", EventTime)::timestamptz, '%Y-%m-%d') as day
        from read_json(
            ?, format = 'newline_delimited',
            columns = {
                EventID: 'VARCHAR', event_id: 'VARCHAR', TenantId: 'VARCHAR', tenant: 'VARCHAR', Account: 'VARCHAR',
                SubjectDomainName: 'VARCHAR', SubjectUserName: 'VARCHAR', ShareName: 'VARCHAR', event_data: 'JSON', winlog: 'JSON',
                TimeGenerated: 'VARCHAR', TimeCreated: 'VARCHAR', "@timestamp": 'VARCHAR', EventTime: 'VARCHAR'
            }
        )
    )
    select tenant, account, share, day, count(*)
    from events
    where id in ('5140', '5145') and account is not null and share is not null
    group by all
    """,
    [files],
)
with open(out, "w", encoding="utf-8") as rows:
    rows.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in cursor.fetchall())
