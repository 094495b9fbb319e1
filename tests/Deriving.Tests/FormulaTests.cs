using DxyOrleans.Core.Indexes;
using DxyOrleans.Postgres;
using DxyOrleans.Testing;

namespace DxyOrleans.Deriving.Tests;

public sealed class FormulaTests(TestServer server)
{
    [Fact]
    public async Task Ten_thousand_levels_are_those_that_the_servers_exact_arithmetic_gives()
    {
        var random = new Random(19990104);
        (int From, int To)[] bounds = [(50, 200), (5000, 25_000), (80, 220), (80, 180), (500, 1500), (60, 180)];
        var closes = Enumerable
            .Range(0, 10_000)
            .Select(_ => bounds.Select(bound => random.Next(bound.From * 1000, bound.To * 1000) / 100_000m).ToArray())
            .ToArray();
        var levels = closes.Select(six => IndexFormula.Level(IndexDefinition.Dxy, [.. six.Select(close => (double)close)])).ToArray();

        await using var database = await server.CreateDatabaseAsync(TestHost.Token);
        await using var exact = database.Data.CreateCommand(
            """
            SELECT count(*), coalesce(string_agg(concat_ws(' ', eur, jpy, gbp, cad, sek, chf, level), '; '), '')
            FROM unnest($1::numeric[], $2::numeric[], $3::numeric[], $4::numeric[], $5::numeric[], $6::numeric[], $7::numeric[]) AS t(eur,
              jpy, gbp, cad, sek, chf, level)
            WHERE level <> round(50.14348112 * exp(-0.576 * ln(eur::numeric(60, 40)) + 0.136 * ln(jpy::numeric(60,
              40)) - 0.119 * ln(gbp::numeric(60, 40))
                                                 + 0.091 * ln(cad::numeric(60, 40)) + 0.042 * ln(sek::numeric(60,
                                                   40)) + 0.036 * ln(chf::numeric(60, 40))), 8)
            """
        );
        for (var i = 0; i < 6; i++)
        {
            exact.Parameters.With(closes.Select(six => six[i]).ToArray());
        }

        exact.Parameters.With(levels);
        await using var reader = await exact.ExecuteReaderAsync(TestHost.Token);
        await reader.ReadAsync(TestHost.Token);
        Assert.Equal((0L, ""), (reader.GetInt64(0), reader.GetString(1)));
    }
}
