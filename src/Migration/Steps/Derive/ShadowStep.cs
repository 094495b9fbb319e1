using System.Data;
using System.Globalization;
using DxyOrleans.Bars.Reading;
using DxyOrleans.Bars.Routes;
using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Rules;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Schema.Registry;

namespace DxyOrleans.Migration.Steps.Derive;

/// <summary>
/// The new deriver is proved beside the old one before anything is asked of it: minutes that come are derived and compared with what the
/// old writer makes of them, and nothing is stored. Only then is the index registered, and the old writer stopped or mirrored.
/// </summary>
sealed class ShadowStep() : MigrationStep("derive/shadow", MigrationPhase.Derive)
{
    // One unit of the eighth place, to which prices are rounded, and what double precision adds to it.
    const double Tolerance = 1.01e-8;
    const int MaxSamples = 3;

    // What an old writer wrote before is compared too: he may have been stopped already.
    static readonly TimeSpan LookBack = TimeSpan.FromHours(1);

    public override Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<string>>([
            $"derive {context.Run.Settings.QuietMinutes} minutes that come beside the old writer and compare them with his; store nothing",
        ]);

    public override async Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation)
    {
        if (Kept<DateTime?>(context, "since") is not { } began)
        {
            var now = await context.Database.NowAsync(cancellation);
            await using var transaction = await context.BeginAsync(cancellation);
            await transaction.BeginWatchAsync(cancellation);
            await KeepAsync(context, transaction, "since", now.Floor(Timeframe.OneMinute).ToDateTime(), cancellation);
            await transaction.CommitAsync(cancellation);
            await context.At(this, "begun", cancellation);
            return new StepOutcome.More();
        }

        var gate = await CheckAsync(context, UtcTime.From(began), cancellation);
        return gate.Verdict == GateVerdict.Fail ? new StepOutcome.Waiting([gate], Soon) : StepOutcome.Finished(gate);
    }

    async Task<Gate> CheckAsync(RunContext context, UtcTime since, CancellationToken cancellation)
    {
        var (run, need) = (context.Run, context.Run.Settings.QuietMinutes);
        var expected = $"{need} minutes that come, derived beside the old writer and equal to his";
        if (await DefinitionAsync(context, cancellation) is not { } index)
        {
            return new Gate(
                Name,
                GateVerdict.Fail,
                expected,
                $"the registry row of {run.Symbol} defines no index",
                null,
                $"complete its metadata in core_asset_registry_all"
            );
        }

        var (derived, others) = await ReadAsync(context, index, since - LookBack, cancellation);
        var came = derived.Count(bar => bar.Key >= since);
        var compared = derived.Where(bar => others.ContainsKey(bar.Key)).ToList();
        var different = compared.Where(bar => !(Math.Abs(others[bar.Key] - (double)bar.Value) <= Tolerance)).ToList();
        var live = compared.Count(bar => bar.Key >= since);
        var samples = string.Join(
            ", ",
            different
                .TakeLast(MaxSamples)
                .Select(bar => string.Create(CultureInfo.InvariantCulture, $"{bar.Key} old {others[bar.Key]} new {bar.Value}"))
        );
        var observed =
            string.Create(
                CultureInfo.InvariantCulture,
                $"{came} came since {since}, {live} of them written by others as well; {compared.Count} compared with the last hour of "
                    + $"theirs, {different.Count} different"
            ) + (different.Count == 0 ? "" : $": {samples}");
        if (came < need)
        {
            var lacks = await context
                .Database.Migration("derive/newest_components", (object)index.Components.Select(one => one.Symbol.Name).ToArray())
                .ValueAsync<string>(cancellation);
            return new Gate(
                Name,
                GateVerdict.Fail,
                expected,
                $"{observed}; {lacks}",
                null,
                "wait for minutes: the market has to be open and the components' bars have to come"
            );
        }

        const string evidence =
            "what others wrote: SELECT * FROM dxy.touch WHERE NOT own AND table_name = 'derived_data_bars' ORDER BY id DESC";
        return different.Count > 0
                ? new Gate(
                    Name,
                    GateVerdict.Warn,
                    expected,
                    observed,
                    evidence,
                    "see which of the two is right; accept it if the new one is, else roll back"
                )
            : compared.Count == 0 && need > 0
                ? new Gate(
                    Name,
                    GateVerdict.Warn,
                    expected,
                    $"{observed}; nothing of the old writer's to compare with",
                    evidence,
                    "start the old writer, or accept that nothing was compared"
                )
            : new Gate(Name, GateVerdict.Pass, expected, observed, evidence);
    }

    // Reads alone, in one snapshot: nothing of this is stored.
    static async Task<(SortedDictionary<UtcTime, decimal> Derived, Dictionary<UtcTime, double> Others)> ReadAsync(
        RunContext context,
        IndexDefinition index,
        UtcTime from,
        CancellationToken cancellation
    )
    {
        await using var connection = await context.Database.OpenConnectionAsync(cancellation);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var now = await connection.NowAsync(cancellation);
        var window = new TimeRange(from, UtcTime.Max(from, now.Floor(Timeframe.OneMinute)));
        var derived = await new IndexTargetRule(index, TimeSpan.Zero).DeriveAsync(
            connection,
            window,
            null,
            new Route(RouteMode.Legacy, 0),
            cancellation
        );
        var rows = derived.Rows.AsStored(connection, BarTable.Derived);
        var others = await connection
            .Migration("derive/others_minutes", index.Symbol.Name, window.From.ToDateTime(), window.To.ToDateTime())
            .RowsAsync(reader => (Time: reader.GetUtc(0), Close: reader.GetDouble(1), Partial: reader.GetBoolean(2)), cancellation);
        return (
            new SortedDictionary<UtcTime, decimal>(rows.ToDictionary(row => row.Bar.Time, row => row.Bar.Close)),
            others.Where(bar => !bar.Partial).ToDictionary(bar => bar.Time, bar => bar.Close)
        );
    }

    static async Task<IndexDefinition?> DefinitionAsync(RunContext context, CancellationToken cancellation)
    {
        var rows = await context
            .Database.Migration("derive/read_registry", context.Run.Symbol.Name)
            .RowsAsync(reader => reader.IsDBNull(1) ? null : reader.GetString(1), cancellation);
        try
        {
            var metadata = IndexRegistration.ForDeriving(context.Run.Symbol, rows.Count == 0 ? null : rows[0]);
            return RegistryStore.Entry(context.Run.Symbol.Name, null, null, true, metadata).Index;
        }
        catch (Exception fault) when (fault is FormatException or ArgumentException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }
}
