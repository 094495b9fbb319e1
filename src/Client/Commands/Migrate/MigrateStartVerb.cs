using System.CommandLine;
using System.Text.Json;
using System.Text.RegularExpressions;
using DxyOrleans.Client.Cli;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Membership;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Postgres;
using Npgsql;

namespace DxyOrleans.Client.Commands.Migrate;

/// <summary><c>migrate start</c>: a run is stored; a silo carries it out.</summary>
internal sealed partial class MigrateStartVerb : Verb
{
    readonly Argument<string?> _name = new("NAME")
    {
        Description = "The run's name; else made from the symbol and the date.",
        Arity = ArgumentArity.ZeroOrOne,
    };
    readonly Option<Symbol?> _symbol = Values.SymbolOption("Whose 1m bars move (DXY).");
    readonly SettingOptions _settings;

    public MigrateStartVerb()
        : base(
            "start",
            "Starts a migration. Nothing is asked for until its gates are; it can be rolled back until the purge.",
            "migrate start --legacy mirrored"
        )
    {
        Arguments.Add(_name);
        Options.Add(_symbol);
        _settings = new SettingOptions(this);
    }

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var symbol = (parse.GetValue(_symbol) ?? IndexDefinition.Dxy.Symbol).Name;
        var given = parse.GetValue(_name);
        if (given is not null && !RunName().IsMatch(given))
        {
            throw Fault
                .Usage($"'{given}' is no name of a run", "lower-case letters, digits and hyphens, 40 at most, like dxy-20241105")
                .ToException();
        }

        var settings = _settings.Read(parse);
        var database = await session.DatabaseAsync(cancellation);
        var name = given ?? await FreeNameAsync(database, symbol, cancellation);
        await new RunOrders(database).StartAsync(name, symbol, settings.ToJson(), cancellation);
        var silos = await SiloRoster.CountAliveAsync(database, cancellation);
        if (session.Json)
        {
            using var document = session.Document("dxy.migrate_start/1");
            document.Json.WriteString("run", name);
            document.Json.WriteString("symbol", symbol);
            document.Json.WriteNumber("silos_alive", silos);
            document.Json.WritePropertyName("settings");
            using var stored = JsonDocument.Parse(settings.ToJson());
            stored.RootElement.WriteTo(document.Json);
            return ExitCode.Done;
        }

        session.Out.WriteLine($"{name}: started, {symbol}/1m from derived_data_bars to data_bars");
        session.Out.WriteLine(
            silos > 0
                ? $"{silos} silo(s) are here to carry it out; './dxy migrate watch' shows it"
                : "no silo is running: './dxy up' starts one, which carries it out"
        );
        return ExitCode.Done;
    }

    static async Task<string> FreeNameAsync(NpgsqlDataSource database, string symbol, CancellationToken cancellation)
    {
        var stem = FormattableString.Invariant(
            $"{NoName().Replace(symbol.ToLowerInvariant(), "-").Trim('-')}-{(await database.NowAsync(cancellation)).ToDateTime():yyyyMMdd}"
        );
        await using var command = database.Migration("view/free_name", stem);
        return (string)(await command.ExecuteScalarAsync(cancellation))!;
    }

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9-]{0,39}\z")]
    private static partial Regex RunName();

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex NoName();
}
