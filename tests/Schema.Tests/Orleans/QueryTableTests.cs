using DxyOrleans.Testing;

namespace DxyOrleans.Schema.Tests.Orleans;

public sealed class QueryTableTests(TestServer server)
{
    // The spelling, lower-case t of "Alivetime" included, is Orleans' own.
    private static readonly string[] Keys =
    [
        "InsertMembershipVersionKey",
        "MembershipReadAllKey",
        "MembershipReadRowKey",
        "InsertMembershipKey",
        "UpdateMembershipKey",
        "UpdateIAmAlivetimeKey",
        "GatewaysQueryKey",
        "DeleteMembershipTableEntriesKey",
        "CleanupDefunctSiloEntriesKey",
        "CleanupDefunctSiloEntryKey",
        "UpsertReminderRowKey",
        "ReadReminderRowsKey",
        "ReadReminderRowKey",
        "ReadRangeRows1Key",
        "ReadRangeRows2Key",
        "DeleteReminderRowKey",
        "DeleteReminderRowsKey",
        "ReadFromStorageKey",
        "WriteToStorageKey",
        "ClearStorageKey",
        "DeleteStorageKey",
    ];

    [Fact]
    public async Task Every_key_is_there_once()
    {
        await using var tables = await OrleansTables.CreateAsync(server);
        Assert.Equal(Keys.Order(StringComparer.Ordinal), tables.Texts.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Installing_again_mends_what_was_changed_and_keeps_the_rows()
    {
        await using var tables = await OrleansTables.CreateAsync(server);
        await tables.SaysAsync("InsertMembershipVersionKey", OrleansTables.Text("DeploymentId", "c"));
        await tables.Database.RunAsync("UPDATE dxy_orleans.orleansquery SET querytext = 'SELECT 1' WHERE querykey = 'ClearStorageKey'");

        await tables.InstallAsync();

        Assert.Equal(
            tables.Texts["ClearStorageKey"],
            await tables.Database.ValueAsync<string>("SELECT querytext FROM dxy_orleans.orleansquery WHERE querykey = 'ClearStorageKey'")
        );
        Assert.Single(await tables.RowsAsync("MembershipReadAllKey", OrleansTables.Text("DeploymentId", "c")));
    }

    [Fact]
    public async Task Installing_again_without_a_change_writes_no_row()
    {
        await using var tables = await OrleansTables.CreateAsync(server);
        const string Versions = "SELECT string_agg(xmin::text, ',' ORDER BY querykey) FROM dxy_orleans.orleansquery";
        var before = await tables.Database.ValueAsync<string>(Versions);

        await tables.InstallAsync();

        Assert.Equal(before, await tables.Database.ValueAsync<string>(Versions));
    }

    [Fact]
    public async Task No_time_column_lacks_its_zone()
    {
        await using var tables = await OrleansTables.CreateAsync(server);
        const string Zoneless =
            "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'dxy_orleans' AND data_type = 'timestamp without time "
            + "zone'";
        const string Zoned =
            "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'dxy_orleans' AND data_type = 'timestamp with time zone'";
        Assert.Equal(0, await tables.Database.ValueAsync<long>(Zoneless));
        Assert.Equal(4, await tables.Database.ValueAsync<long>(Zoned));
    }
}
