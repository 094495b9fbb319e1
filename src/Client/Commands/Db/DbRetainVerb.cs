using System.CommandLine;
using System.Globalization;
using DxyOrleans.Client.Cli;
using DxyOrleans.Core.Time;
using DxyOrleans.Postgres;
using DxyOrleans.Schema;
using Npgsql;

namespace DxyOrleans.Client.Commands.Db;

/// <summary><c>db retain</c>: lets partitions of old bars go, whole months at a time.</summary>
internal sealed class DbRetainVerb : Verb
{
    readonly Option<int> _months = new("--months")
    {
        Description = "Whole months that stay, before the one that is running; 1 to 1200.",
        HelpName = "N",
        Required = true,
    };

    readonly Option<bool> _drop = new("--drop") { Description = "Drop them too; else each stays as a table of its own, outside ours." };
    readonly Option<bool> _dryRun = new("--dry-run") { Description = "Show what would go, and do nothing." };

    public DbRetainVerb()
        : base(
            "retain",
            "Lets partitions of old bars go, detached or dropped; what was derived of them stays.",
            "db retain --months 24 --dry-run"
        )
    {
        _months.Validators.Add(given =>
        {
            if (given.GetValueOrDefault<int>() is < 1 or > 1200)
            {
                given.AddError("--months takes 1 to 1200");
            }
        });
        Options.Add(_months);
        Options.Add(_drop);
        Options.Add(_dryRun);
    }

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var database = await session.DatabaseAsync(cancellation);
        var now = (await database.NowAsync(cancellation)).ToDateTime();
        var first = new DateTime(now.Year, now.Month, 1, 0, 0, 0, DateTimeKind.Utc).AddMonths(-parse.GetValue(_months));
        var before = UtcTime.From(first);
        var (drop, dryRun) = (parse.GetValue(_drop), parse.GetValue(_dryRun));
        var old = await OldPartitions.FindAsync(database, before, cancellation);
        if (!session.Json)
        {
            Show(session, old, before, drop);
        }

        if (old.Count > 0 && !dryRun)
        {
            if (await OldPartitions.WaitingAsync(database, before, cancellation) is { } waiting)
            {
                throw Fault
                    .Gate("work-waiting", waiting, session.DatabaseName, "let it end ('./dxy due', './dxy migrate list'), and call again")
                    .ToException();
            }

            var name = new NpgsqlConnectionStringBuilder(await session.ConnectionAsync(cancellation)).Database ?? "database";
            Confirmation.Require(session, $"{(drop ? "Dropping" : "Detaching")} {Count(old)}", name);
            foreach (var partition in old)
            {
                await OldPartitions.LetGoAsync(database, partition, drop, cancellation);
                if (!session.Json)
                {
                    session.Out.WriteLine($"{(drop ? "dropped " : "detached")}  {partition.Name}");
                }
            }
        }

        if (session.Json)
        {
            Write(
                session,
                old,
                before,
                dryRun ? "none"
                    : drop ? "dropped"
                    : "detached"
            );
        }

        return ExitCode.Done;
    }

    static void Show(Session session, IReadOnlyList<OldPartition> old, UtcTime before, bool drop)
    {
        if (old.Count == 0)
        {
            session.Out.WriteLine($"no partition lies wholly before {before}");
            return;
        }

        var table = new TextTable("partition", "from", "until", "rows, about", "size").Right(3, 4);
        foreach (var partition in old)
        {
            table.Add(
                partition.Name,
                partition.From?.ToString() ?? "the beginning",
                partition.To.ToString(),
                partition.Rows?.ToString("N0", CultureInfo.InvariantCulture) ?? "not counted",
                string.Create(CultureInfo.InvariantCulture, $"{partition.Bytes / 1048576.0:N1} MB")
            );
        }

        table.Write(session.Out);
        session.Out.WriteLine(
            $"wholly before {before}: {Count(old)}; {(drop ? "the rows go" : "each becomes a table of its own")}, what was derived of "
                + $"them stays"
        );
    }

    static string Count(IReadOnlyList<OldPartition> old) => old.Count == 1 ? "1 partition" : $"{old.Count} partitions";

    static void Write(Session session, IReadOnlyList<OldPartition> old, UtcTime before, string done)
    {
        using var document = session.Document("dxy.db_retain/1");
        document.Json.WriteString("before", before.ToString());
        document.Json.WriteString("done", done);
        document.Json.WriteStartArray("partitions");
        foreach (var partition in old)
        {
            document.Json.WriteStartObject();
            document.Json.WriteString("name", partition.Name);
            document.Json.WriteString("until", partition.To.ToString());
            document.Json.WriteNumber("bytes", partition.Bytes);
            document.Json.WriteEndObject();
        }

        document.Json.WriteEndArray();
    }
}
