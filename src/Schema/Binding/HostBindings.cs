using System.Collections.Concurrent;
using Npgsql;

namespace DxyOrleans.Schema.Binding;

/// <summary>
/// Which binding a database has, by its address: all connections of a process to one database share what was read of it once. Read again
/// after <c>db apply</c>, and when somebody says that it may have changed.
/// </summary>
public static class HostBindings
{
    static readonly ConcurrentDictionary<string, HostBinding> Known = new(StringComparer.Ordinal);

    // Reading an address from a connection string takes longer than a statement's text is worth.
    static readonly ConcurrentDictionary<string, string> Addresses = new(StringComparer.Ordinal);

    /// <summary>The binding of the database that these connections lead to.</summary>
    /// <exception cref="NpgsqlException">It isn't known yet, and the database can't be asked.</exception>
    public static HostBinding Of(NpgsqlDataSource database)
    {
        var address = Address(database.ConnectionString);
        if (Known.TryGetValue(address, out var known))
        {
            return known;
        }

        using var connection = database.OpenConnection();
        return Remember(address, BindingStore.ReadNow(connection));
    }

    /// <summary>The same for a connection that is open and has nothing under way.</summary>
    public static HostBinding Of(NpgsqlConnection connection)
    {
        var address = Address(connection.ConnectionString);
        return Known.TryGetValue(address, out var known) ? known : Remember(address, BindingStore.ReadNow(connection));
    }

    /// <summary>Reads it again: another process may have applied what the host changed.</summary>
    public static async Task<HostBinding> OfAsync(NpgsqlDataSource database, CancellationToken cancellation) =>
        Remember(Address(database.ConnectionString), await BindingStore.ReadAsync(database, cancellation));

    /// <summary>Lets it be read again when it is asked for.</summary>
    public static void Forget(string connectionString) => Known.TryRemove(AddressOf(connectionString), out _);

    // A database without our schema may get it any moment, and with it a binding.
    static HostBinding Remember(string address, HostBinding? read) =>
        read is null ? HostBinding.Ours : Known.AddOrUpdate(address, read, (_, was) => was.IsSame(read) ? was : read);

    static string Address(string connectionString) => Addresses.GetOrAdd(connectionString, AddressOf);

    static string AddressOf(string connectionString)
    {
        var parts = new NpgsqlConnectionStringBuilder(connectionString);
        return $"{parts.Host}:{parts.Port}/{parts.Database ?? parts.Username}";
    }
}
