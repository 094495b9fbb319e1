namespace DxyOrleans.Web;

/// <summary>How much of a silo its page and API may take.</summary>
public sealed class WebOptions
{
    /// <summary>
    /// Statements for readers that may run at once, 1 to 50: the rest of the silo's connections belong to live bars. Default 2.
    /// </summary>
    public int Reads { get; init; } = 2;

    /// <summary>Requests that may be answered at once, 1 to 1000; as many again wait. Default 32.</summary>
    public int Requests { get; init; } = 32;

    /// <summary>Downloads without a limit that may go on at once, 1 to 100; as many again wait. Default 4.</summary>
    public int Downloads { get; init; } = 4;

    /// <summary>Readers of the stream, 1 to 10,000. Default 2000.</summary>
    public int Streams { get; init; } = 2000;

    /// <summary>How long after its end a bucket is emitted. Default 1 s.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often the tables are looked at while somebody reads the stream, 50 ms to 10 s. Default 500 ms.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromMilliseconds(500);
}
