using System.Text.RegularExpressions;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Postgres;
using DxyOrleans.Schema.Binding;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Migration.Tests.Engine;

/// <summary>The migration's statements, brought to a host's tables as those of deriving are: none of the files is left out.</summary>
public sealed partial class BoundMigrationStatementTests(TestServer server)
{
    // Statements that say what they are about by names put into them: as they stand they are about a host's columns, whatever ours would
    // be.
    static readonly string[] AsTheyStand =
    [
        "identity/",
        "pre-flight/save_month",
        "pre-flight/next_month",
        "pre-flight/restored",
        "schema/duplicates",
        "derive/trial_row",
    ];

    // Of these the server has to be told what their parameters are.
    static readonly Dictionary<string, string> Typed = new()
    {
        ["migration/criteria/every_minute"] = "text, timestamptz, timestamptz",
        ["migration/criteria/rollups"] = "text, timestamptz, timestamptz",
        ["migration/verification/source_days"] = "text, timestamptz, timestamptz",
        ["migration/verification/target_days"] = "text, timestamptz, timestamptz",
    };

    // These are about no table of bars, or can't be prepared at all.
    static readonly string[] OfNoBars =
    [
        "deploy/read_members",
        "derive/mirror_off",
        "derive/still_due",
        "ledger/throttle_run",
        "pre-flight/statements",
    ];

    static bool IsNoStatement(string path) =>
        Sql.Text(path).Contains("CREATE ", StringComparison.Ordinal) || OfNoBars.Any(one => path == $"migration/{one}.sql");

    static bool StandsAsItIs(string path) => AsTheyStand.Any(one => path.StartsWith($"migration/{one}", StringComparison.Ordinal));

    [Theory]
    [InlineData("as unlike ours as can be")]
    [InlineData("double precision")]
    [InlineData("two scales")]
    [InlineData("no vwap, no count")]
    public async Task The_server_understands_every_statement_of_a_migration_for_the_hosts_tables_that_it_understands_for_ours(string kind)
    {
        Assert.NotEmpty(typeof(MigrationSql).Assembly.GetManifestResourceNames());
        var change = kind == "as unlike ours as can be" ? HostTables.Unlike : HostTables.Accepted[kind].Change;
        await using var ours = await TestHost.OpenAsync(server);
        await using var bound = await TestHost.OnHostAsync(server, HostTables.Base + change, BindingRules.Utc);
        await MakeBackupsAsync(ours);
        await MakeBackupsAsync(bound);
        var binding = HostBindings.Of(bound.Data);
        var (faults, understood) = (new List<string>(), 0);
        foreach (var path in Sql.Files("migration").Where(path => !StandsAsItIs(path)))
        {
            var text = Sql.Text(path);
            if (await FaultAsync(ours, path, WithBackups(text, HostBinding.Ours)) is not { } unfit)
            {
                understood++;
                var fault = await FaultAsync(bound, path, WithBackups(binding.RenderPaired(text), binding))
                    ?? await FaultAsync(bound, path, WithBackups(binding.Render(text), binding));
                faults.AddRange(fault is null ? [] : [$"{path}: {fault}"]);
            }
            else if (!IsNoStatement(path))
            {
                faults.Add($"{path}, for our tables: {unfit}");
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.True(understood > 100, $"{understood} were understood");
    }

    [Fact]
    public void No_statement_of_a_migration_is_run_but_through_the_binding()
    {
        var sources = Sources("src")
            .Where(file => !file.EndsWith("MigrationSql.cs", StringComparison.Ordinal))
            .Select(file => (file, File.ReadAllText(file)));
        Assert.Empty(sources.Where(source => RawText().IsMatch(source.Item2)).Select(source => source.file));
    }

    static IEnumerable<string> Sources(string below)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DxyOrleans.sln")))
            {
                return Directory.EnumerateFiles(Path.Combine(folder.FullName, below), "*.cs", SearchOption.AllDirectories);
            }
        }

        throw new InvalidOperationException($"No solution stands above {AppContext.BaseDirectory}.");
    }

    static Task MakeBackupsAsync(TestHost host) =>
        host.RunAsync(
            "CREATE TABLE public.kept_data_bars (LIKE data_bars); CREATE TABLE public.kept_derived_data_bars (LIKE derived_data_bars)"
        );

    static string WithBackups(string text, HostBinding binding) =>
        text.Replace("{0}", binding.Reading(BoundTable.New, "public.kept_data_bars"), StringComparison.Ordinal)
            .Replace("{1}", binding.Reading(BoundTable.Old, "public.kept_derived_data_bars"), StringComparison.Ordinal);

    static Task<string?> FaultAsync(TestHost host, string path, string text) =>
        StatementTrial.FaultAsync(host.Data, text, Typed.GetValueOrDefault(path[..^".sql".Length]));

    [GeneratedRegex(@"Sql\.Text\(\s*\$?""migration/")]
    private static partial Regex RawText();
}
