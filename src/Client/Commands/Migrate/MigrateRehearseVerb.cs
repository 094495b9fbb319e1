using System.CommandLine;
using System.Globalization;
using DxyOrleans.Client.Cli;
using DxyOrleans.Client.Rehearsal;
using DxyOrleans.Migration.Rules;

namespace DxyOrleans.Client.Commands.Migrate;

/// <summary><c>migrate rehearse</c>: the whole of a migration on a copy, in minutes.</summary>
internal sealed class MigrateRehearseVerb : Verb
{
    readonly Option<string?> _from = new("--from")
    {
        Description = "Copy this host (read only) with its roles and settings onto a server of its own, instead of making one.",
        HelpName = "CONNECTION",
    };
    readonly Option<string?> _writer = new("--writer")
    {
        Description =
            "The host's own writer, run as its own login for each minute of the market: a file for psql (variables minute, derive) or a "
            + "command (MINUTE, LEGACY_DXY, DATABASE_URL, PG*). Without it: writes like those seen.",
        HelpName = "FILE|COMMAND",
    };
    readonly Option<string?> _role = new("--writer-role")
    {
        Description = "The host's login that writes; without it the likeliest.",
        HelpName = "ROLE",
    };
    readonly Option<int> _days = new("--days")
    {
        Description = "Days of bars to copy; of a made host, days of the pairs' bars.",
        HelpName = "N",
        DefaultValueFactory = _ => 20,
    };
    readonly Option<int> _bars = new("--bars")
    {
        Description = "Legacy minutes of a made host's index.",
        HelpName = "N",
        DefaultValueFactory = _ => 200_000,
    };
    readonly Option<int> _rate = new("--rate")
    {
        Description = "How many times as fast as real time the market runs, 1 to 1440.",
        HelpName = "R",
        DefaultValueFactory = _ => 360,
    };
    readonly Option<int> _silos = new("--silos")
    {
        Description = "Silos that carry it out.",
        HelpName = "N",
        DefaultValueFactory = _ => 2,
    };
    readonly Option<int> _writes = new("--legacy-minutes")
    {
        Description = "Market minutes that a made host's old deriver goes on at least.",
        HelpName = "N",
        DefaultValueFactory = _ => 30,
    };
    readonly Option<bool> _keep = new("--keep") { Description = "Leave the database, to look at; the silos are stopped." };
    readonly SettingOptions _settings;

    public MigrateRehearseVerb()
        : base(
            "rehearse",
            "Runs a whole migration, observation and cleanup included, on a copy in the embedded server under an accelerated clock, and "
                + "reports.",
            "migrate rehearse --rate 720"
        )
    {
        foreach (Option option in (Option[])[_from, _writer, _role, _days, _bars, _rate, _silos, _writes, _keep])
        {
            Options.Add(option);
        }

        _settings = new SettingOptions(this);
    }

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var settings = _settings.Read(parse);
        var options = new RehearsalOptions
        {
            From = parse.GetValue(_from),
            Writer = Copied("--writer", parse.GetValue(_writer), parse),
            WriterRole = Copied("--writer-role", parse.GetValue(_role), parse),
            Days = Within("--days", parse.GetValue(_days), 1, 4000),
            Bars = Within("--bars", parse.GetValue(_bars), 5_000, 5_000_000),
            Rate = Within("--rate", parse.GetValue(_rate), 1, 1440),
            Silos = Within("--silos", parse.GetValue(_silos), 1, 8),
            LegacyMinutes = Within("--legacy-minutes", parse.GetValue(_writes), 0, 1440),
            Keep = parse.GetValue(_keep),
            // The vendor's own bars of the index, which a made host has in the new table: somebody has to decide.
            Settings =
                parse.GetValue(_from) is null && settings.Foreign == ConflictPolicy.Stop
                    ? settings with
                    {
                        Foreign = ConflictPolicy.KeepTarget,
                    }
                    : settings,
        };
        var report = await new RehearsalRunner(session, options).RunAsync(cancellation);
        if (session.Json)
        {
            RehearsalOutput.Json(session, report, options);
        }
        else
        {
            RehearsalOutput.Text(session, report, options);
        }

        return report.IsGood ? ExitCode.Done : ExitCode.Differs;
    }

    string? Copied(string option, string? value, ParseResult parse) =>
        value is null || parse.GetValue(_from) is not null
            ? value
            : throw Fault.Usage($"{option} goes with --from: a made host has writers of its own").ToException();

    static int Within(string option, int value, int from, int to) =>
        value >= from && value <= to
            ? value
            : throw Fault.Usage(string.Create(CultureInfo.InvariantCulture, $"{option} is {value}; {from} to {to} can be")).ToException();
}
