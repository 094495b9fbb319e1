namespace DxyOrleans.Migration.Rules;

/// <summary>How many rows the next batch should have, so that it takes about <see cref="RunSettings.BatchMs"/>, or
/// <see cref="RunSettings.LiveBatchMs"/>.</summary>
public static class BatchSizer
{
    /// <summary>Rows of a first batch, when nothing is known of the machine.</summary>
    public const int First = 1000;

    /// <summary>No batch is smaller: below it the transaction costs more than its rows.</summary>
    public const int Least = 100;

    /// <summary>The next batch's rows. It grows by half at most, since one fast batch proves little, and falls at once to what the last one
    /// shows to be right.</summary>
    /// <param name="settings">The aim and the bound.</param>
    /// <param name="rows">Rows of the last batch; zero: there was none.</param>
    /// <param name="took">What it took, real time.</param>
    /// <param name="live">Whether live minutes come.</param>
    public static int Next(RunSettings settings, int rows, TimeSpan took, bool live = false)
    {
        var most = Math.Max(Least, settings.BatchRows);
        if (rows <= 0)
        {
            return Math.Min(First, most);
        }

        var fitting =
            rows * (live ? Math.Min(settings.LiveBatchMs, settings.BatchMs) : settings.BatchMs) / Math.Max(took.TotalMilliseconds, 1);
        return (int)Math.Clamp(Math.Min(fitting, rows * 1.5), Least, most);
    }
}
