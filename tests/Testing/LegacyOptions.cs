namespace DxyOrleans.Testing;

/// <summary>What a legacy host holds. Each kind of dirt has minutes of its own, counted from <see cref="LegacyTables.Open"/>.</summary>
public sealed record LegacyOptions
{
    /// <summary>Legacy DXY minutes, each made of the six pairs' bars of that minute; at least 250 where there is dirt.</summary>
    public int Minutes { get; init; } = 300;

    /// <summary>Whether the registry knows DXY, with the plan's keys.</summary>
    public bool Registered { get; init; }

    /// <summary>From minute 10 on: an active row of deriving version 0 and another close beside that of version 1; at most 40. The old
    /// table's key then includes the version.</summary>
    public int Superseded { get; init; }

    /// <summary>From minute 50 on: a soft-deleted bad print (9999) beside the active row; at most 40.</summary>
    public int SoftDeleted { get; init; }

    /// <summary>From minute 100 on: rows marked partial; at most 20.</summary>
    public int Partial { get; init; }

    /// <summary>From minute 120 on: rows of source <c>backfill</c>; at most 20.</summary>
    public int Foreign { get; init; }

    /// <summary>From minute 150 on: the same bar in <c>data_bars</c>, source <c>synthetic</c>; at most 20. Needs a check that lets it
    /// in.</summary>
    public int TargetEqual { get; init; }

    /// <summary>From minute 170 on: a bar of another close in <c>data_bars</c>, source <c>synthetic</c>; at most 20.</summary>
    public int TargetDifferent { get; init; }

    /// <summary>From minute 190 on: a bar of another close in <c>data_bars</c>, of the vendor <c>massive_api</c>; at most 20.</summary>
    public int TargetVendor { get; init; }

    /// <summary>Whether the check on <c>data_bars.source</c>, named <c>chk_src</c>, lets <c>massive_api</c>, <c>ingest</c> and
    /// <c>backfill</c> in and nothing else.</summary>
    public bool NarrowCheck { get; init; }

    /// <summary>Whether <c>data_bars</c> has no unique key; its key columns are NOT NULL all the same.</summary>
    public bool MissingKey { get; init; }

    /// <summary>Whether <c>data_bars</c> lacks raw, created_at and updated_at.</summary>
    public bool MissingColumns { get; init; }

    /// <summary>Whether <c>data_bars</c> is partitioned by half year.</summary>
    public bool Partitioned { get; init; } = AllPartitioned;

    /// <summary>Whether every test that can has its <c>data_bars</c> in partitions: <c>DXY_PARTITIONS</c> is set.</summary>
    public static bool AllPartitioned { get; } = Environment.GetEnvironmentVariable("DXY_PARTITIONS") is { Length: > 0 };

    /// <summary>SQL run after the tables are made and before they are filled and our schema is installed.</summary>
    public string Before { get; init; } = "";

    /// <summary>SQL run after the tables are filled and before our schema is installed.</summary>
    public string After { get; init; } = "";

    /// <summary>The zone in which the host's times without one are; null where all have one.</summary>
    public string? HostZone { get; init; }

    /// <summary>Everything that a host usually has wrong and a run gets along with.</summary>
    public static LegacyOptions Dirty { get; } =
        new()
        {
            Superseded = 12,
            SoftDeleted = 40,
            Foreign = 7,
            NarrowCheck = true,
            MissingKey = true,
            MissingColumns = true,
        };
}
