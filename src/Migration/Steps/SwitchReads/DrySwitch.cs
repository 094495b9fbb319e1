using System.Collections.Immutable;
using System.Data;
using System.Globalization;
using DxyOrleans.Bars.Reading;
using DxyOrleans.Bars.Routes;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Rules;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Schema.Registry;

namespace DxyOrleans.Migration.Steps.SwitchReads;

/// <summary>The switch without switching: the last day's rollups made from either table, in one snapshot and compared. Nothing is
/// stored.</summary>
static class DrySwitch
{
    static readonly TimeSpan LookBack = TimeSpan.FromDays(1);
    static readonly ImmutableArray<Timeframe> Usual = [Timeframe.FiveMinutes, Timeframe.OneHour];

    public static async Task<Gate> CheckAsync(RunContext context, CancellationToken cancellation)
    {
        var symbol = context.Run.Symbol;
        var named = (await new RegistryStore(context.Database).LoadAsync(cancellation)).Find(symbol)?.Rollups ?? [];
        await using var connection = await context.Database.OpenConnectionAsync(cancellation);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var now = await connection.NowAsync(cancellation);
        var (compared, different, first) = (0, 0, "");
        foreach (var timeframe in named.IsEmpty ? Usual : named)
        {
            var rule = new RollupTargetRule(new Series(symbol, timeframe), TimeSpan.Zero);
            var window = new TimeRange((now - LookBack).Floor(timeframe), now.Floor(timeframe));
            var old = await BarsAsync(RouteMode.Both);
            var next = await BarsAsync(RouteMode.BothReadNew);
            foreach (var time in old.Keys.Union(next.Keys).Order())
            {
                compared++;
                var (one, other) = (old.GetValueOrDefault(time), next.GetValueOrDefault(time));
                if (one != other)
                {
                    first = different++ == 0 ? $": {timeframe} {time} {Say(one)} from the old table, {Say(other)} from the new" : first;
                }
            }

            async Task<Dictionary<UtcTime, Bar?>> BarsAsync(RouteMode mode) =>
                (await rule.DeriveAsync(connection, window, null, new Route(mode, 0), cancellation))
                    .Rows.AsStored(connection, BarTable.Derived)
                    .ToDictionary(row => row.Bar.Time, row => (Bar?)row.Bar);
        }

        return new Gate(
            "switch/dry-run",
            different == 0 ? GateVerdict.Pass : GateVerdict.Warn,
            "the last day's rollups are the same from either table",
            string.Create(CultureInfo.InvariantCulture, $"{compared} compared, {different} different{first}"),
            null,
            different == 0 ? null : "bars that were decided to stay in the new table may explain it: accept it, or look and roll back"
        );
    }

    static string Say(Bar? bar) => bar is { } known ? string.Create(CultureInfo.InvariantCulture, $"close {known.Close}") : "none";
}
