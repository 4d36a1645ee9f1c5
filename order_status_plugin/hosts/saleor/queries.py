"""What we ask a Saleor for, in GraphQL that 3.21, 3.22 and 3.23 understand."""

from __future__ import annotations

APP = """
query OrderStatusApp { app { id identifier permissions { code } } }
"""

ADDRESS = """
fragment OrderStatusAddress on Address {
  firstName lastName companyName streetAddress1 streetAddress2 city cityArea postalCode countryArea phone
  country { code country }
}
"""

ORDER = (
    """
query OrderStatusOrder($id: ID!) {
  order(id: $id) {
    id number created updatedAt status statusDisplay languageCodeEnum displayGrossPrices
    userEmail user { id } channel { slug }
    isShippingRequired shippingMethodName collectionPointName
    paymentStatus chargeStatus authorizeStatus
    total { currency gross { amount } tax { amount } }
    subtotal { gross { amount } net { amount } }
    shippingPrice { gross { amount } net { amount } }
    totalRefunded { amount }
    payments { isActive creditCard { brand lastDigits } }
    shippingAddress { ...OrderStatusAddress }
    billingAddress { ...OrderStatusAddress }
    lines {
      id translatedProductName translatedVariantName productName variantName productSku quantity isShippingRequired
      unitPrice { gross { amount } net { amount } }
      totalPrice { gross { amount } net { amount } }
      thumbnail(size: 256) { url }
      variant { media { url type } product { slug media { url type } } }
    }
    fulfillments {
      id status statusDisplay trackingNumber created metadata { key value } warehouse { name }
      lines { quantity orderLine { id } }
    }
  }
}
"""
    + ADDRESS
)

ORDERS = """
query OrderStatusOrders($after: String, $since: DateTime) {
  orders(first: 100, after: $after, filter: {updatedAt: {gte: $since}}, sortBy: {field: NUMBER, direction: ASC}) {
    pageInfo { hasNextPage endCursor }
    edges { node { id } }
  }
}
"""

PRIVATE = """
mutation OrderStatusLink($id: ID!, $input: [MetadataInput!]!) {
  updatePrivateMetadata(id: $id, input: $input) { errors { field code } }
}
"""

PUBLIC = """
mutation OrderStatusPublicLink($id: ID!, $input: [MetadataInput!]!) {
  updateMetadata(id: $id, input: $input) { errors { field code } }
}
"""

NOTE = """
mutation OrderStatusNote($id: ID!, $message: String!) {
  orderNoteAdd(order: $id, input: {message: $message}) { errors { field code } }
}
"""
