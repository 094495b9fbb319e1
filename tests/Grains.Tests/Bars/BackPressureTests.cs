using DxyOrleans.Abstractions;
using DxyOrleans.Bars.Writing;
using DxyOrleans.Core.Bars;
using DxyOrleans.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace DxyOrleans.Grains.Tests.Bars;

public sealed class BackPressureTests(TestServer server)
{
    const int Limit = 100;
    const int EachCall = 50;

    // A thousand, and one or two more by the time the first is begun.
    const int Waiting = 1_010;
    const int Calls = 1_200;

    [Fact]
    public async Task A_feed_that_is_faster_than_the_database_waits_or_is_told_why_not_and_everything_is_stored_once_it_is_back()
    {
        await using var cluster = await GrainCluster.StartAsync(server, services: services =>
            services.AddSingleton(provider => new BarWriter(provider.GetRequiredService<BarStore>(), barLimit: Limit))
        );
        var writer = cluster.Cluster.GetSiloServiceProvider().GetRequiredService<BarWriter>();
        Dictionary<string, Task<PublishResult>> calls;
        await using (var holding = await cluster.Data.OpenConnectionAsync(TestContext.Current.CancellationToken))
        await using (await HoldTableAsync(holding))
        {
            calls = GrainCluster.Prices.ToDictionary(pair => pair.Pair, pair => PublishAsync(cluster, pair.Pair, pair.Price));
            while (calls.Count > Limit / EachCall)
            {
                var done = await Task.WhenAny(calls.Values);
                Assert.Contains(
                    "100 bars wait for the database, of at most 100; send these again later",
                    (await Assert.ThrowsAnyAsync<Exception>(() => done)).Message,
                    StringComparison.Ordinal
                );
                calls.Remove(calls.Single(call => call.Value == done).Key);
            }

            Assert.DoesNotContain(calls.Values, call => call.IsCompleted);
            Assert.Equal(Limit, writer.Waiting);
        }

        Assert.All(await Task.WhenAll(calls.Values), result => Assert.Equal(EachCall, result.New));
        foreach (var (pair, price) in GrainCluster.Prices.Where(pair => !calls.ContainsKey(pair.Pair)))
        {
            Assert.Equal(EachCall, (await PublishAsync(cluster, pair, price)).New);
        }

        Assert.Equal(EachCall * GrainCluster.Prices.Count, await cluster.Database.ValueAsync<long>("SELECT count(*) FROM data_bars"));
    }

    [Fact]
    public async Task A_sender_who_never_waits_for_an_answer_has_a_bounded_number_of_calls_waiting()
    {
        await using var cluster = await GrainCluster.StartAsync(server);
        var first = GrainCluster.Start - TimeSpan.FromDays(2);
        List<Task<PublishResult>> calls;
        await using (var holding = await cluster.Data.OpenConnectionAsync(TestContext.Current.CancellationToken))
        await using (await HoldTableAsync(holding))
        {
            calls =
            [
                .. Enumerable
                    .Range(0, Calls)
                    .Select(minute =>
                        cluster
                            .BarsOf("EURUSD")
                            .PublishAsync(
                                new PublishBars(
                                    [GrainCluster.BarOf("EURUSD", first + TimeSpan.FromMinutes(minute), 1.1m)],
                                    BarSource.Ingest
                                )
                            )
                    ),
            ];
            for (var refused = 0; refused < Calls - Waiting; refused++)
            {
                var done = await Task.WhenAny(calls);
                await Assert.ThrowsAnyAsync<OrleansException>(() => done);
                calls.Remove(done);
            }
        }

        var stored = (await Task.WhenAll(calls.Select(NewAsync))).Sum();
        Assert.InRange(stored, 1_000, Waiting);
        Assert.Equal(stored, await cluster.CountAsync("EURUSD", "1m"));
    }

    static async Task<int> NewAsync(Task<PublishResult> call)
    {
        try
        {
            return (await call).New;
        }
        catch (OrleansException)
        {
            return 0;
        }
    }

    static Task<PublishResult> PublishAsync(GrainCluster cluster, string pair, decimal price) =>
        cluster
            .BarsOf(pair)
            .PublishAsync(
                new PublishBars(
                    [
                        .. Enumerable
                            .Range(1, EachCall)
                            .Select(back => GrainCluster.BarOf(pair, GrainCluster.Start - TimeSpan.FromMinutes(back), price)),
                    ],
                    BarSource.Ingest
                )
            );

    // Keeps every commit of bars waiting until it is disposed of.
    static async Task<NpgsqlTransaction> HoldTableAsync(NpgsqlConnection connection)
    {
        var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var take = new NpgsqlCommand("LOCK TABLE data_bars IN SHARE MODE", connection, transaction);
        await take.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return transaction;
    }
}
