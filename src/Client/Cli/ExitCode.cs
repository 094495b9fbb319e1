namespace DxyOrleans.Client.Cli;

/// <summary>What a call of the console returns to the shell.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>A bug of ours, or an output that can't be written.</summary>
    public const int Unexpected = 1;

    /// <summary>The call was written wrongly.</summary>
    public const int Usage = 2;

    /// <summary>The database or a silo can't be reached.</summary>
    public const int NotReachable = 3;

    /// <summary>A gate said no; the error names it.</summary>
    public const int Refused = 4;

    /// <summary>Some input was refused; the good rows beside it are kept.</summary>
    public const int InputRefused = 5;

    /// <summary>Compared and different, or unhealthy.</summary>
    public const int Differs = 10;

    /// <summary>There was nothing to compare.</summary>
    public const int NotCompared = 11;

    /// <summary>Not the database that the run was made for.</summary>
    public const int OtherTarget = 12;

    /// <summary>Ctrl-C.</summary>
    public const int Interrupted = 130;

    /// <summary>Nobody reads the output any more: what SIGPIPE gives.</summary>
    public const int PipeClosed = 141;

    /// <summary>SIGTERM.</summary>
    public const int Terminated = 143;
}
