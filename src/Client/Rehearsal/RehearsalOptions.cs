using DxyOrleans.Migration.Rules;

namespace DxyOrleans.Client.Rehearsal;

/// <summary>What a rehearsal is asked for.</summary>
internal sealed record RehearsalOptions
{
    /// <summary>The host to copy; null: one is made.</summary>
    public string? From { get; init; }

    /// <summary>The host's own writer, a file of SQL or a command line; null: writes like those seen.</summary>
    public string? Writer { get; init; }

    /// <summary>The host's role that writes; null: the likeliest.</summary>
    public string? WriterRole { get; init; }

    public int Days { get; init; } = 20;

    public int Bars { get; init; } = 200_000;

    public int Rate { get; init; } = 360;

    public int Silos { get; init; } = 2;

    /// <summary>Market minutes that the old deriver goes on at least.</summary>
    public int LegacyMinutes { get; init; } = 30;

    public bool Keep { get; init; }

    public RunSettings Settings { get; init; } = new();
}
