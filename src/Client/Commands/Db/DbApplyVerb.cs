using System.CommandLine;
using DxyOrleans.Client.Cli;
using DxyOrleans.Core.Time;
using DxyOrleans.Schema;

namespace DxyOrleans.Client.Commands.Db;

/// <summary><c>db apply</c>: installs our schema or brings it up to date; with <c>--dry-run</c> only shows the SQL.</summary>
internal sealed class DbApplyVerb : Verb
{
    readonly Option<bool> _dryRun = new("--dry-run") { Description = "Print the SQL that would run, and run nothing." };

    readonly Option<string?> _partitions = new("--partitions")
    {
        Description = "How data_bars is divided when it is made: monthly.",
        HelpName = "monthly",
    };
    readonly Option<UtcTime?> _from = Values.TimeOption(
        "--from",
        $"With --partitions: the first month; {Partitions.Years} years ago when left out. Older bars have one partition together."
    );

    public DbApplyVerb()
        : base(
            "apply",
            "Installs the schema or brings it up to date. Existing tables are judged first, by their shape and by rows that are rolled "
                + "back (a sequence may move by one for each role that writes), "
                + "and get triggers and nothing else.",
            "db apply --dry-run"
        )
    {
        foreach (Option option in (Option[])[_dryRun, _partitions, _from])
        {
            Options.Add(option);
        }
    }

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var installer = new SchemaInstaller(await session.ConnectionAsync(cancellation), session.Time)
        {
            Partitions = Divided(session, parse),
            HostZone = session.HostZone,
        };
        if (parse.GetValue(_dryRun))
        {
            return Plan(session, await installer.PlanAsync(cancellation));
        }

        var applied = await installer.ApplyAsync(cancellation);
        return Applied(session, applied, await TableFitness.FaultsAsync(await session.RawDatabaseAsync(cancellation), cancellation));
    }

    Partitions? Divided(Session session, ParseResult parse)
    {
        var from = parse.GetValue(_from);
        return parse.GetValue(_partitions) switch
        {
            null when from is null => null,
            null => throw Fault.Usage("--from is the first month of partitions", "say --partitions monthly as well").ToException(),
            "monthly" => new Partitions(from ?? UtcTime.From(session.Time.GetUtcNow().AddYears(-Partitions.Years))),
            var other => throw Fault.Usage($"--partitions is '{other}'; there is monthly").ToException(),
        };
    }

    static int Plan(Session session, IReadOnlyList<SchemaScript> plan)
    {
        if (session.Json)
        {
            using var document = session.Document("dxy.db_plan/1");
            document.Json.WriteStartArray("scripts");
            foreach (var script in plan)
            {
                document.Json.WriteStartObject();
                document.Json.WriteString("name", script.Name);
                document.Json.WriteString("sql", script.Text);
                document.Json.WriteEndObject();
            }

            document.Json.WriteEndArray();
            return ExitCode.Done;
        }

        foreach (var script in plan)
        {
            session.Out.WriteLine($"-- {script.Name}");
            session.Out.WriteLine(script.Text.TrimEnd().TrimEnd(';') + ";");
            session.Out.WriteLine();
        }

        session.Out.WriteLine(plan.Count == 0 ? "-- up to date: nothing would run" : $"-- {plan.Count} scripts would run");
        return ExitCode.Done;
    }

    static int Applied(Session session, IReadOnlyList<string> applied, IReadOnlyList<TableFault> unfit)
    {
        if (session.Json)
        {
            using var document = session.Document("dxy.db_apply/1");
            document.Json.WriteStartArray("applied");
            foreach (var name in applied)
            {
                document.Json.WriteStringValue(name);
            }

            document.Json.WriteEndArray();
            document.Json.WriteStartArray("unfit");
            foreach (var fault in unfit)
            {
                document.Json.WriteStringValue(fault.Line);
            }

            document.Json.WriteEndArray();
            return Code(unfit);
        }

        foreach (var name in applied)
        {
            session.Out.WriteLine($"applied  {name}");
        }

        session.Out.WriteLine(
            applied.Count == 0 ? "up to date: nothing to do" : $"{applied.Count} scripts applied; the database is up to date"
        );
        foreach (var fault in unfit)
        {
            session.Out.WriteLine($"unfit: {fault.Line}");
        }

        return Code(unfit);
    }

    // What was to be applied is; but where nothing of an index can be stored, it is not as the caller takes it to be.
    static int Code(IReadOnlyList<TableFault> unfit) => unfit.Any(fault => fault.Stops) ? ExitCode.Differs : ExitCode.Done;
}
