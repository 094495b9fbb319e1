namespace DxyOrleans.EmbeddedPostgres;

/// <summary>How PostgreSQL is asked to stop, in its own words.</summary>
public enum StopMode
{
    /// <summary>Waits for every client to leave.</summary>
    Smart,

    /// <summary>Rolls open transactions back, writes a checkpoint and stops. The usual way.</summary>
    Fast,

    /// <summary>Stops at once; the next start recovers from the log. Right for a server that is thrown away.</summary>
    Immediate,
}
