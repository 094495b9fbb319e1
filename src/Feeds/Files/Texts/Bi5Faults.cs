using DxyOrleans.Core.Bars;

namespace DxyOrleans.Feeds.Files.Texts;

/// <summary>What can be wrong with a binary file of Dukascopy's.</summary>
static class Bi5Faults
{
    public static BarFault Nameless { get; } =
        new(
            "bi5-name",
            "the file says neither its pair nor its day; keep it where the vendor has it, months from 00: "
                + "EURUSD/2019/09/01/00h_ticks.bi5 or "
                + "EURUSD/2019/09/01/BID_candles_min_1.bi5 (or with '_' in place of '/'); "
                + "pairs of other currencies than the usual ones aren't known"
        );

    public static BarFault Damaged(string why) =>
        new("broken-bi5", $"the file is cut off or damaged ({why.TrimEnd('.')}); fetch it again; what stands before the damage was read");
}
