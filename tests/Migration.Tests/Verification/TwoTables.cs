using System.Globalization;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Verification;
using DxyOrleans.Testing;

namespace DxyOrleans.Migration.Tests.Verification;

/// <summary>The same 1m bars of DXY in both tables, over several days, and the verifications of them.</summary>
static class TwoTables
{
    public static readonly Symbol Dxy = Symbol.Parse("DXY");

    /// <summary>A host whose tables agree, its market time a week after the first bar.</summary>
    /// <param name="server">The server.</param>
    /// <param name="bars">How many bars.</param>
    /// <param name="step">Minutes from one bar to the next: 10 makes 144 a day.</param>
    public static async Task<TestHost> OpenAsync(TestServer server, int bars = 400, int step = 10)
    {
        var host = await TestHost.OpenAsync(server);
        await host.RunAsync(
            $"DROP INDEX public.derived_data_bars_active_key; CREATE UNIQUE INDEX active_version ON public.derived_data_bars "
                + $"(canonical_symbol, timeframe, ts_utc, derivation_version) WHERE deleted_at IS NULL"
        );
        await host.RunAsync(
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                INSERT INTO public.derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count,
                  source)
                SELECT 'DXY', '1m', timestamptz '{TestHost.Open}' + i * interval '{step} minutes', 100 + i * 0.001, 101 + i * 0.001,
                  99 + i * 0.001, 100.5 + i * 0.001,
                       i % 7, CASE WHEN i % 3 = 0 THEN 100 + i * 0.0003 END, i % 5, 'synthetic'
                FROM generate_series(0, {bars - 1}) AS i
                """
            )
        );
        await host.RunAsync(
            """
            INSERT INTO public.data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, is_partial,
              source)
            SELECT canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, is_partial, source
              FROM public.derived_data_bars
            """
        );
        await host.AtAsync(TestHost.Open + TimeSpan.FromDays(7));
        return host;
    }

    /// <summary>One verification from its start to its end.</summary>
    public static async Task<VerificationResult> VerifyAsync(
        this TestHost host,
        VerificationScope scope = VerificationScope.Full,
        TimeRange? range = null,
        string? run = null
    )
    {
        var verifications = new TableVerification(host.Data);
        return await verifications.FinishAsync(await verifications.StartAsync(run, Dxy, scope, range, TestHost.Token));
    }

    public static async Task<VerificationResult> FinishAsync(this TableVerification verifications, long id)
    {
        VerificationResult found;
        do
        {
            found = await verifications.AdvanceAsync(id, TestHost.Token);
        } while (found.State == VerificationState.Running);
        return found;
    }

    /// <summary>The samples, like <c>03-04 08:10 Different</c>.</summary>
    public static List<string> Found(this VerificationResult found) =>
        [
            .. found
                .Samples.OrderBy(one => one.Time)
                .Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Time.ToDateTime():MM-dd HH:mm} {one.Kind}")),
        ];
}
