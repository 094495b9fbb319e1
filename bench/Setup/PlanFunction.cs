namespace DxyOrleans.Bench.Setup;

/// <summary>
/// The plan's own <c>calc_dxy_range_1m</c>, read from the plan where somebody put it, with its scope mended (as written it never ran: its
/// second statement names what only the first one has) and its rows going to the table beside, which has no triggers.
/// </summary>
internal static class PlanFunction
{
    const string Begin = "CREATE OR REPLACE FUNCTION calc_dxy_range_1m(";
    const string End = "\n$$;";

    static string Plan => Path.Combine(Folders.Root, "..", "shared", "dxy-migration-plan.md");

    public static bool IsHere => File.Exists(Plan);

    /// <summary>Makes <c>bench.calc_dxy_range_1m</c>.</summary>
    /// <exception cref="InvalidOperationException">The plan isn't the one this was written for.</exception>
    public static Task MakeAsync(BenchServer server, CancellationToken cancellation) =>
        server.RunAsync(Mended(File.ReadAllText(Plan)), cancellation);

    static string Mended(string plan)
    {
        var from = plan.IndexOf(Begin, StringComparison.Ordinal);
        var text = from < 0 ? "" : plan[from..(plan.IndexOf(End, from, StringComparison.Ordinal) + End.Length)];
        var second = text.IndexOf("WITH all_ts", StringComparison.Ordinal);
        var after = second < 0 ? -1 : text.IndexOf("RETURN jsonb_build_object", second, StringComparison.Ordinal);
        const string Into = "INTO v_inserted, v_updated FROM upserted",
            Insert = "INSERT INTO data_bars";
        if (after < 0 || !text.Contains(Into, StringComparison.Ordinal) || !text.Contains(Insert, StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"{Plan} holds no calc_dxy_range_1m as it was when this was written");
        }

        return string.Concat(text.AsSpan(0, second), text.AsSpan(after))
            .Replace(Begin, "CREATE OR REPLACE FUNCTION bench.calc_dxy_range_1m(", StringComparison.Ordinal)
            .Replace(Insert, "INSERT INTO bench.data_bars", StringComparison.Ordinal)
            .Replace(
                Into,
                ", (SELECT count(*) FROM base_timestamps) - (SELECT count(*) FROM valid_tuples) INTO v_inserted, v_updated, v_skipped "
                    + "FROM upserted",
                StringComparison.Ordinal
            );
    }
}
