using System.Collections.Immutable;
using DxyOrleans.Bars.Routes;
using DxyOrleans.Client.Cli;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Postgres;
using DxyOrleans.Schema.Binding;
using DxyOrleans.Schema.Registry;
using Npgsql;

namespace DxyOrleans.Client.Commands.Demo;

/// <summary>The newest bar of one series.</summary>
/// <param name="Written">Rows of the series written since the demo began.</param>
internal sealed record NewestBar(Series Series, UtcTime Time, decimal Close, UtcTime UpdatedAt, long Written);

/// <summary>A pair's forming minute.</summary>
internal sealed record FormingMinute(UtcTime Time, decimal Price, int Ticks);

/// <summary>What a demo shows, read from the tables.</summary>
internal sealed record DemoState(ImmutableDictionary<Series, NewestBar> Newest, ImmutableDictionary<Symbol, FormingMinute> Forming);

/// <summary>Reads, again and again, what the demo shows.</summary>
internal sealed class DemoWatch(NpgsqlDataSource database, SymbolRegistry registry, Symbol index, UtcTime since)
{
    /// <summary>The pairs' 1m bars, in the basket's order.</summary>
    public ImmutableArray<Series> Pairs { get; } =
    [.. registry.RequireIndex(index).Components.Select(component => new Series(component.Symbol, Timeframe.OneMinute))];

    /// <summary>The index's series, shortest first.</summary>
    public ImmutableArray<Series> Derived { get; } =
    [new Series(index, Timeframe.OneMinute), .. registry.Require(index).Rollups.Select(timeframe => new Series(index, timeframe))];

    /// <summary>Whether a bar belongs to this demo: written by it, or left so lately by the one before that it continues it.</summary>
    public bool IsLive(NewestBar bar) => bar.Written > 0 || bar.Time + bar.Series.Timeframe >= since - TimeSpan.FromMinutes(2);

    public async Task<DemoState> ReadAsync(CancellationToken cancellation)
    {
        var series = Pairs.Concat(Derived).ToList();
        var newest = ImmutableDictionary.CreateBuilder<Series, NewestBar>();
        var forming = ImmutableDictionary.CreateBuilder<Symbol, FormingMinute>();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection);
        batch
            .Add("demo_newest")
            .With(since.ToDateTime())
            .With(series.Select(one => one.Symbol.Name).ToArray())
            .With(series.Select(one => one.Timeframe.ToString()).ToArray())
            .With(series.Select(one => (one.Timeframe > Timeframe.OneMinute ? BarTable.Derived : BarTable.Data).Name).ToArray());
        batch.Add("demo_forming");
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var one = new Series(Symbol.Parse(reader.GetString(0)), Timeframe.Parse(reader.GetString(1)));
            newest[one] = new NewestBar(one, reader.GetUtc(2), reader.GetDecimal(3), reader.GetUtc(4), reader.GetInt64(5));
        }

        await reader.NextResultAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            forming[Symbol.Parse(reader.GetString(0))] = new FormingMinute(reader.GetUtc(1), reader.GetDecimal(2), reader.GetInt32(3));
        }

        return new DemoState(newest.ToImmutable(), forming.ToImmutable());
    }
}
